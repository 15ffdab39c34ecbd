import type { Point } from './arms.ts';
import type { Look } from './look.ts';
import { d, group, oval, shape, stroke } from './vector.ts';

/** What hangs from a hand: nothing, a leather bag, or a bag from the shop. */
export function bag(look: Look, hand: Point): string {
  switch (look.labels.carryingbag) {
    case 'None':
      return '';
    case 'Daily/Office/Work Bag':
      return group(
        d`translate(${hand.x} ${hand.y})`,
        look.bagKind === 0 ? briefcase(look) : handbag(look),
      );
    case 'Grocery/Home/Plastic Bag':
      return group(
        d`translate(${hand.x} ${hand.y})`,
        look.bagKind === 0 ? plasticBag(look) : paperBag(),
      );
  }
}

function briefcase({ bag: leather }: Look): string {
  return (
    stroke('M-7 8Q-7 -1 0 -1Q7 -1 7 8', '#2a1c12', 4) +
    shape(
      'M-25 8L25 8Q28 8 28 11L28 42Q28 45 25 45L-25 45Q-28 45 -28 42L-28 11Q-28 8 -25 8Z',
      leather,
    ) +
    shape('M-28 11L28 11L28 24L-28 24Z', '#00000033') +
    shape('M-5 20L5 20L5 28L-5 28Z', '#e7c25a')
  );
}

function handbag({ bag: leather }: Look): string {
  return (
    stroke('M-12 14Q-10 -3 0 -3Q10 -3 12 14', '#2a1c12', 4) +
    shape('M-19 12L19 12L25 46L-25 46Z', leather) +
    shape('M-19 12L19 12L21 24Q0 34 -21 24Z', '#00000033') +
    oval({ x: 0, y: 28, rx: 4 }, '#e7c25a')
  );
}

/** Loops, a bulging thin bag, and what it holds shining through. */
function plasticBag({ bag: plastic }: Look): string {
  return (
    stroke('M-9 16Q-10 -2 0 -2Q10 -2 9 16', plastic, 4.5) +
    shape(
      'M-16 14Q0 20 16 14L24 46Q20 56 0 55Q-20 56 -24 46Z',
      plastic,
      'stroke="#8aa3ad" stroke-width="1.5"',
    ) +
    oval({ x: -9, y: 44, rx: 8 }, '#e0523f', 'opacity="0.75"') +
    oval({ x: 8, y: 42, rx: 9 }, '#5aa348', 'opacity="0.75"') +
    stroke('M-8 22L-11 34M6 21L10 32', '#8aa3ad', 1.5)
  );
}

/** Brown paper with leaves and a loaf that look out. */
function paperBag(): string {
  return (
    stroke('M12 14L20 -12', '#d79a4a', 9) +
    shape('M-14 14Q-24 -8 -12 -10Q-8 -2 -6 14Z', '#4f9a3f') +
    shape('M-4 14Q-10 -14 2 -14Q8 -4 4 14Z', '#68b552') +
    shape('M-21 10L21 10L19 54L-19 54Z', '#c99a63') +
    shape('M-21 10L21 10L20.5 20L-20.5 20Z', '#b4844e') +
    stroke('M-8 22L-7 50M9 24L8 50', '#b4844e', 1.5)
  );
}
