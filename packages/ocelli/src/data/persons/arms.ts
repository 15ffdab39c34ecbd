import type { Build } from './build.ts';
import { HEIGHTS } from './build.ts';
import type { Look } from './look.ts';
import { d, oval, stroke } from './vector.ts';

/** A point of the figure. */
export interface Point {
  readonly x: number;
  readonly y: number;
}

/** The hand that carries a bag; from the front it is the one on the right of the picture. */
export function carryingHand(look: Look, build: Build): Point {
  if (look.view === 'side') return { x: 7 + 4 * look.stride, y: 192 };
  return { x: Math.max(build.hip, build.waist) + 11, y: 190 };
}

/** Arms behind the trunk: from the side the far one swings. */
export function farArm(look: Look, build: Build): string {
  if (look.view !== 'side') return '';
  const swing = 20 + 6 * look.stride;
  return arm(look, build, [
    { x: 2, y: 118 },
    { x: 9, y: 152 },
    { x: swing, y: 182 },
  ]);
}

/** Arms before the trunk. */
export function nearArms(look: Look, build: Build): string {
  const hand = carryingHand(look, build);
  if (look.view === 'side') {
    return arm(look, build, [{ x: -2, y: 120 }, { x: -5, y: 154 }, hand]);
  }
  const shoulder = { x: build.shoulder - build.arm * 0.3, y: HEIGHTS.shoulder + 8 };
  const elbow = { x: Math.max(build.shoulder, build.waist) + 8, y: 152 };
  const free = { x: -hand.x - 3 * look.stride, y: hand.y - 2 };
  const left = [{ ...shoulder, x: -shoulder.x }, { ...elbow, x: -elbow.x }, free] as const;
  return arm(look, build, [shoulder, elbow, hand]) + arm(look, build, left);
}

/** A sleeve from shoulder to elbow, short in young people, then forearm and hand. */
function arm(look: Look, { arm: width }: Build, joints: readonly [Point, Point, Point]): string {
  const [shoulder, elbow, hand] = joints;
  const sleeve = look.ageStep <= 1 && look.isFemale ? look.skin : look.topShade;
  const lower = stroke(d`M${elbow.x} ${elbow.y}L${hand.x} ${hand.y}`, sleeve, width * 0.82);
  const upper = stroke(d`M${shoulder.x} ${shoulder.y}L${elbow.x} ${elbow.y}`, look.topShade, width);
  return lower + upper + oval({ ...hand, rx: width * 0.5 }, look.skin);
}
