import { bag } from './bag.ts';
import { background, CANVAS } from './background.ts';
import { buildOf, HEIGHTS } from './build.ts';
import { carryingHand, farArm, nearArms } from './arms.ts';
import { Dice } from './dice.ts';
import { head } from './head.ts';
import { legs } from './legs.ts';
import { lookOf } from './look.ts';
import type { Look } from './look.ts';
import type { PersonLabels } from './personSchema.ts';
import { torso } from './torso.ts';
import { d, group, oval, stroke } from './vector.ts';

/** The vector drawing of one person with the given labels, 224 units square: a function of the seed. */
export function drawing(labels: PersonLabels, ...seed: readonly number[]): string {
  const dice = new Dice(...seed);
  const look = lookOf(labels, dice);
  const scene = background(dice) + placed(look, dice);
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${CANVAS} ${CANVAS}">${scene}</svg>`;
}

/** The figure in its place: whole, or so near that the frame cuts its feet off. */
function placed(look: Look, dice: Dice): string {
  const isCut = look.labels.footwear === 'CantSee';
  const scale = isCut ? dice.between(0.86, 0.98) : dice.between(0.62, 0.7);
  const top = isCut
    ? dice.between(4, 12)
    : CANVAS - 4 - dice.between(0, 8) - scale * HEIGHTS.ground;
  const x = CANVAS / 2 + dice.between(-1, 1) * (isCut ? 12 : 38);
  const mirror = dice.chance(0.5) ? -1 : 1;
  const tilt = dice.between(-2.5, 2.5);
  return group(
    d`translate(${x} ${top}) scale(${scale * mirror} ${scale}) rotate(${tilt} 0 298)`,
    figure(look),
  );
}

function figure(look: Look): string {
  const build = buildOf(look);
  const shadow = oval(
    { x: 0, y: HEIGHTS.ground, rx: build.hip + 22, ry: 6 },
    '#000000',
    'opacity="0.22"',
  );
  const hand = carryingHand(look, build);
  const lean = look.view === 'side' ? build.stoop : 0;
  const upper = group(
    d`rotate(${lean} 0 ${HEIGHTS.hip})`,
    look.view === 'back' ? bag(look, hand) : '',
    farArm(look, build),
    torso(look, build),
    look.view === 'back' ? nearArms(look, build) : '',
    head(look, build),
    look.view === 'back' ? '' : nearArms(look, build) + bag(look, hand),
  );
  return shadow + legs(look, build) + stick(look, build.hip) + upper;
}

/** Some old people walk with a stick in the hand that is free. */
function stick(look: Look, hip: number): string {
  if (look.ageStep !== 4 || look.stride < 0.1) return '';
  const x = look.view === 'side' ? 30 : -hip - 16;
  return stroke(
    d`M${x} 186L${x + 3} ${HEIGHTS.ground}M${x} 186Q${x - 2} 178 ${x + 8} 179`,
    '#6a4526',
    4.5,
  );
}
