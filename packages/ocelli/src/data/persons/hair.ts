import type { Look } from './look.ts';
import { d, mirrored, oval, shape, stroke } from './vector.ts';

/** Hair that lies behind the head: long hair, buns and tails. */
export function hairBehind({ hair, hairStyle, view }: Look, rx: number): string {
  if (view === 'back') return '';
  if (view === 'side') return sideHairBehind(hair, hairStyle, rx);
  switch (hairStyle) {
    case 'long':
      return shape(
        d`M${-rx - 6} 50Q${-rx - 4} 4 0 4Q${rx + 4} 4 ${rx + 6} 50L${rx + 9} 128Q${rx - 6} 138 ${rx - 16} 128L${-rx + 16} 128Q${-rx + 6} 138 ${-rx - 9} 128Z`,
        hair,
      );
    case 'bob':
      return shape(
        d`M${-rx - 6} 50Q${-rx - 4} 4 0 4Q${rx + 4} 4 ${rx + 6} 50L${rx + 7} 92Q${rx - 4} 102 ${rx - 14} 92L${-rx + 14} 92Q${-rx + 4} 102 ${-rx - 7} 92Z`,
        hair,
      );
    case 'bun':
      return oval({ x: 0, y: 2, rx: 17, ry: 15 }, hair);
    case 'ponytail':
      return shape(d`M${rx - 8} 20Q${rx + 34} 22 ${rx + 18} 96Q${rx + 4} 88 ${rx - 2} 50Z`, hair);
    default:
      return '';
  }
}

function sideHairBehind(hair: string, style: Look['hairStyle'], rx: number): string {
  switch (style) {
    case 'long':
      return shape(
        d`M4 4Q${-rx - 10} 6 ${-rx - 8} 60L${-rx - 10} 126Q-22 138 -12 124L-2 60Z`,
        hair,
      );
    case 'bob':
      return shape(d`M4 4Q${-rx - 10} 6 ${-rx - 8} 60L${-rx - 7} 92Q-18 104 -6 92L0 60Z`, hair);
    case 'bun':
      return oval({ x: -rx - 6, y: 22, rx: 16 }, hair);
    case 'ponytail':
      return shape(
        d`M${-rx + 8} 16Q${-rx - 40} 20 ${-rx - 22} 100Q${-rx - 8} 92 ${-rx + 2} 46Z`,
        hair,
      );
    default:
      return '';
  }
}

/** Hair that lies on the head; from behind it is all there is to see. */
export function hairBefore(look: Look, rx: number): string {
  if (look.view === 'back') return hairFromBehind(look, rx);
  return look.view === 'side' ? sideHair(look, rx) : frontHair(look, rx);
}

function frontHair({ hair, hairStyle, isFemale }: Look, rx: number): string {
  const r = rx + 3;
  switch (hairStyle) {
    case 'bald':
      return mirrored(shape(d`M${r} 66Q${r + 4} 40 ${r - 8} 30Q${r - 7} 46 ${r - 5} 64Z`, hair));
    case 'tuft':
      return shape(
        d`M${-r} 44Q${-r} 18 ${-r + 12} 12L${-r + 16} 0L-12 8L-6 -8L6 6L18 -6L22 8L${r - 8} 4Q${r} 18 ${r} 44Q${r - 8} 34 ${r - 10} 28Q0 34 ${-r + 10} 28Q${-r + 6} 36 ${-r} 44Z`,
        hair,
      );
    case 'short':
      return shape(
        d`M${-r} 48Q${-r - 2} 4 0 4Q${r + 2} 4 ${r} 48Q${r - 6} 40 ${r - 9} 28Q0 20 ${-r + 9} 28Q${-r + 6} 40 ${-r} 48Z`,
        hair,
      );
    case 'parted':
      return shape(
        d`M${-r} 48Q${-r - 2} 4 0 3Q${r + 4} 4 ${r} 50Q${r - 4} 36 ${r - 8} 30Q6 30 -16 16Q${-r + 10} 24 ${-r} 48Z`,
        hair,
      );
    case 'long':
    case 'bob':
    case 'bun':
    case 'ponytail':
      return (
        shape(
          d`M${-r} 56Q${-r - 4} 2 0 2Q${r + 4} 2 ${r} 56Q${r - 6} 44 ${r - 9} 30Q14 30 2 18Q-14 34 ${-r + 9} 34Q${-r + 6} 44 ${-r} 56Z`,
          hair,
        ) +
        (isFemale && hairStyle === 'ponytail' ? oval({ x: rx - 6, y: 20, rx: 6 }, '#e0457b') : '')
      );
  }
}

function sideHair({ hair, hairStyle }: Look, rx: number): string {
  const r = rx + 3;
  const cap = d`M${-r + 6} 84Q${-r - 6} 30 -14 10Q8 -2 ${r - 12} 14Q${r} 24 ${r - 6} 34Q${r - 22} 26 12 30Q6 44 -2 50Q-14 46 -16 60Q-14 76 -22 84Z`;
  switch (hairStyle) {
    case 'bald':
      return shape(
        d`M${-r + 8} 84Q${-r - 2} 62 ${-r + 4} 44Q-22 44 -14 52Q-18 62 -16 72Q-20 82 -24 88Z`,
        hair,
      );
    case 'tuft':
      return (
        shape(cap, hair) +
        shape(d`M-16 12L-18 -4L-2 6L6 -10L16 6L30 -6L${r - 8} 18Q6 6 -16 12Z`, hair)
      );
    default:
      return shape(cap, hair);
  }
}

function hairFromBehind({ hair, hairStyle, skin, isFemale }: Look, rx: number): string {
  const r = rx + 3;
  const round = oval({ x: 0, y: 52, rx: r, ry: 49 }, hair);
  switch (hairStyle) {
    case 'long':
      return (
        round + shape(d`M${-r} 50L${r} 50L${r + 6} 132Q0 148 ${-r - 6} 132Z`, hair) + strands(r)
      );
    case 'bob':
      return round + shape(d`M${-r} 50L${r} 50L${r + 5} 98Q0 110 ${-r - 5} 98Z`, hair) + strands(r);
    case 'bun':
      return (
        round + oval({ x: 0, y: 26, rx: 19, ry: 17 }, hair, 'stroke="#00000044" stroke-width="3"')
      );
    case 'ponytail':
      return (
        round +
        shape('M-9 34Q-26 90 -4 134Q20 96 9 34Z', hair, 'stroke="#00000044" stroke-width="3"') +
        oval({ x: 0, y: 36, rx: 9, ry: 6 }, isFemale ? '#e0457b' : hair)
      );
    case 'bald':
      return shape(
        d`M${-r} 52Q${-r} 92 0 96Q${r} 92 ${r} 52Q${r - 10} 66 0 66Q${-r + 10} 66 ${-r} 52Z`,
        hair,
      );
    case 'tuft':
      return (
        nape(hair, r) + shape(d`M${-r + 10} 16L-22 0L-10 6L-2 -8L8 4L20 -4L${r - 10} 16Z`, hair)
      );
    default:
      return nape(hair, r) + stroke(d`M-12 94Q0 97 12 94`, skin, 2);
  }
}

/** Short hair ends above the neck. */
function nape(hair: string, r: number): string {
  return shape(
    d`M${-r} 52Q${-r} 4 0 4Q${r} 4 ${r} 52Q${r - 2} 82 ${r - 18} 88Q0 94 ${-r + 18} 88Q${-r + 2} 82 ${-r} 52Z`,
    hair,
  );
}

function strands(r: number): string {
  return stroke(
    d`M${-r * 0.4} 40L${-r * 0.5} 120M${r * 0.4} 40L${r * 0.5} 120M0 36L0 126`,
    '#00000026',
    3,
  );
}
