import type { Build } from './build.ts';
import { HEIGHTS } from './build.ts';
import type { Look } from './look.ts';
import { foot } from './feet.ts';
import { d, shape, stroke } from './vector.ts';

const { hip, knee, ankle } = HEIGHTS;

/** Both legs, what covers them, and the shoes. */
export function legs(look: Look, build: Build): string {
  return look.view === 'side' ? sideLegs(look, build) : frontLegs(look, build);
}

function frontLegs(look: Look, build: Build): string {
  const top = Math.max(9, build.hip * 0.48);
  const stand = top + 2 + 2 * Math.abs(look.stride);
  const leg = (side: 1 | -1): string =>
    limb(look, build, {
      line: d`M${side * top} ${hip}L${side * stand} ${ankle}`,
      x: side * (top + 1),
    }) + foot(look, { x: side * stand, side });
  return leg(-1) + leg(1) + frontCover(look, build);
}

function sideLegs(look: Look, build: Build): string {
  const reach = 8 + 12 * Math.abs(look.stride);
  const leg = (x: number, bend: number): string =>
    limb(look, build, {
      line: d`M0 ${hip}Q${x * 0.6 + bend} ${knee} ${x} ${ankle}`,
      x: x * 0.55 + bend * 0.6,
    }) + foot(look, { x, side: 1 });
  return leg(-reach, 4) + leg(reach, 6) + sideCover(look, build);
}

/** One leg along a line; under shorts bare skin begins above the knee, which lies at `x`. */
function limb(look: Look, { leg }: Build, { line, x }: { line: string; x: number }): string {
  if (look.outfit === 'trousers') return stroke(line, look.bottom, leg);
  const bare = stroke(line, look.skin, leg * 0.78);
  if (look.outfit !== 'shorts') return bare;
  return bare + stroke(d`M${x * 0.9} ${hip + 2}L${x} ${knee - 8}`, look.bottom, leg * 1.15);
}

function frontCover(look: Look, { hip: width, leg }: Build): string {
  if (look.outfit === 'trousers' || look.outfit === 'shorts') {
    return shape(
      d`M${-width} 190L${width} 190L${width * 0.96} 210Q0 ${214 - leg * 0.1} ${-width * 0.96} 210Z`,
      look.bottom,
    );
  }
  const flare = look.outfit === 'dress' ? 19 : 12;
  const seam = stroke(
    d`M${-width * 0.4} 204L${-width * 0.55 - 4} 240M${width * 0.4} 204L${width * 0.55 + 4} 240`,
    look.bottomShade,
    2.5,
  );
  return (
    shape(
      d`M${-width} 190L${width} 190L${width + flare} 244Q0 252 ${-width - flare} 244Z`,
      look.bottom,
    ) + seam
  );
}

function sideCover(look: Look, { belly, back }: Build): string {
  if (look.outfit === 'trousers' || look.outfit === 'shorts') {
    return shape(
      d`M${-back} 190L${Math.max(14, belly - 4)} 190L${Math.max(12, belly - 6)} 210Q0 216 ${-back + 2} 210Z`,
      look.bottom,
    );
  }
  const flare = look.outfit === 'dress' ? 17 : 11;
  return shape(
    d`M${-back} 190L${Math.max(14, belly - 4)} 190L${Math.max(14, belly - 4) + flare} 244Q0 252 ${-back - flare} 244Z`,
    look.bottom,
  );
}
