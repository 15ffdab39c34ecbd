import { HEIGHTS } from './build.ts';
import type { Look } from './look.ts';
import { d, group, oval, shape } from './vector.ts';

/** Where a foot stands, and the side to which its tip points from the front. */
export interface Stance {
  readonly x: number;
  readonly side: 1 | -1;
}

const { ankle, ground } = HEIGHTS;

/** A plain flat shoe, or a fancy one: bright, pointed, with a high heel and a gold buckle. */
export function foot(look: Look, { x, side }: Stance): string {
  const isFancy = look.labels.footwear === 'Fancy';
  const drawn = isFancy ? fancy(look) : plain(look);
  return group(d`translate(${x} 0) scale(${side} 1)`, drawn);
}

function plain({ view, shoe }: Look): string {
  const [left, right] = view === 'side' ? [-11, 19] : [-9, 13];
  const upper = d`M${left} ${ankle - 4}L9 ${ankle - 4}Q${right} ${ankle} ${right} ${ground - 2}L${left} ${ground - 2}Z`;
  const sole = d`M${left - 1} ${ground - 4}L${right + 1} ${ground - 4}L${right + 1} ${ground}L${left - 1} ${ground}Z`;
  return shape(upper, shoe) + shape(sole, '#f7f7f4');
}

function fancy({ view, shoe }: Look): string {
  const isSide = view === 'side';
  const boot = isSide
    ? d`M-10 ${ankle - 26}L9 ${ankle - 26}L9 ${ankle - 7}Q16 ${ankle - 2} 27 ${ground - 1}L7 ${ground - 1}Q1 ${ankle + 1} -4 ${ankle + 2}L-6 ${ground}L-11 ${ground}Z`
    : d`M-10 ${ankle - 26}L10 ${ankle - 26}L10 ${ankle - 4}Q19 ${ankle + 4} 20 ${ground - 1}L3 ${ground - 1}L0 ${ankle + 3}L-5 ${ankle + 3}L-5 ${ground}L-10 ${ground}Z`;
  const cuff = d`M-12 ${ankle - 29}L11 ${ankle - 29}L11 ${ankle - 23}L-12 ${ankle - 23}Z`;
  const shine = oval({ x: 0, y: ankle - 12, rx: 4 }, '#ffe27a');
  return shape(boot, shoe) + shape(cuff, '#ffe9a8') + shine;
}
