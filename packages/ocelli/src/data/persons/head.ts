import type { Build } from './build.ts';
import { HEIGHTS } from './build.ts';
import { face } from './face.ts';
import { profile } from './profile.ts';
import { hairBehind, hairBefore } from './hair.ts';
import type { Look } from './look.ts';
import { d, group, mirrored, oval, shape } from './vector.ts';

/** Head, face and hair. */
export function head(look: Look, build: Build): string {
  const { skin, skinShade, view } = look;
  const rx = 41 * build.face;
  const lowered = look.ageStep === 4 ? 5 : 0;
  const parts = [hairBehind(look, rx)];
  if (view === 'side') {
    parts.push(shape(outlineOfProfile(rx), skin), oval({ x: -8, y: 62, rx: 7, ry: 10 }, skinShade));
    parts.push(profile(look, rx));
  } else {
    parts.push(mirrored(oval({ x: rx, y: 62, rx: 7, ry: 10 }, skinShade)));
    parts.push(oval({ x: 0, y: HEIGHTS.head, rx, ry: 46 }, skin));
    if (view === 'front') parts.push(face(look));
  }
  parts.push(hairBefore(look, rx));
  return group(d`translate(0 ${lowered})`, ...parts);
}

/** Forehead, nose, lips and chin of a head that looks to the right. */
function outlineOfProfile(rx: number): string {
  return d`M0 10C${rx * 0.7} 8 ${rx} 26 ${rx - 1} 46L${rx + 11} 65Q${rx + 11} 71 ${rx - 1} 71L${rx + 1} 80Q${rx - 1} 98 ${rx * 0.45} 102C${-rx * 0.4} 104 ${-rx} 86 ${-rx} 56C${-rx} 26 ${-rx * 0.6} 10 0 10Z`;
}
