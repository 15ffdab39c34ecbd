import type { Build } from './build.ts';
import type { Look } from './look.ts';
import { d, mirrored, oval, shape, stroke } from './vector.ts';

/** The trunk in what it wears, with neck and the details that go with an age. */
export function torso(look: Look, build: Build): string {
  return look.view === 'side' ? sideTorso(look, build) : frontTorso(look, build);
}

function frontTorso(look: Look, { shoulder, waist, hip }: Build): string {
  const [s, w, h] = [shoulder, waist, hip];
  const half = d`M-1 106L${s - 13} 108Q${s} 110 ${s} 121C${s} 138 ${w} 143 ${w} 160C${w} 176 ${h} 180 ${h} 198L-1 198Z`;
  const neck = stroke('M0 96L0 108', look.skinShade, 19);
  const detail = look.view === 'front' ? frontDetail(look) : backDetail(look);
  return neck + mirrored(shape(half, look.top)) + detail + fold(look, Math.min(w, h), w);
}

/** A soft fold at the waist gives the trunk some depth. */
function fold({ topShade }: Look, end: number, waist: number): string {
  return stroke(d`M${4 - waist} 166Q0 174 ${end - 4} 166`, topShade, 2.5);
}

/** Hood and star, collar, buttons, cardigan: what people of an age often wear. */
function frontDetail({ ageStep, topShade, top }: Look): string {
  const collar = mirrored(shape('M0 118L3 106L17 107L12 121Z', LIGHT));
  if (ageStep === 0) return shape(STAR, LIGHT) + stroke('M-15 108Q0 126 15 108', topShade, 6);
  if (ageStep === 1) return shape('M-13 106Q0 126 13 106Z', topShade);
  const buttons = [130, 144, 158, 172].map((y) => oval({ x: 0, y, rx: 2 }, LIGHT)).join('');
  if (ageStep === 2) return stroke('M0 118L0 196', topShade, 2) + collar + buttons;
  const shirt = shape('M-12 106L0 166L12 106Z', LIGHT);
  return (
    shirt +
    mirrored(stroke('M12 107L0 166L0 196', topShade, 3.5)) +
    shape('M-4 110L4 110L5 142L0 150L-5 142Z', ageStep === 3 ? '#444b60' : top)
  );
}

const LIGHT = '#fffaf0';

const STAR =
  'M0 132L4.6 142.2L15.7 143.4L7.4 150.9L9.7 161.9L0 156.3L-9.7 161.9L-7.4 150.9L-15.7 143.4L-4.6 142.2Z';

/** From behind: hood, plain, a shirt's collar and yoke, or the seam of a jacket. */
function backDetail({ ageStep, topShade }: Look): string {
  if (ageStep === 0) return shape('M-19 107Q0 140 19 107Z', topShade) + shape(STAR, LIGHT);
  if (ageStep === 1) return stroke('M-14 109Q0 115 14 109', topShade, 3);
  const collar = shape('M-16 104Q0 112 16 104L15 111Q0 119 -15 111Z', LIGHT);
  if (ageStep === 2) return stroke('M-26 126Q0 132 26 126', topShade, 3) + collar;
  return stroke('M0 116L0 196', topShade, 3) + stroke('M-14 109Q0 115 14 109', topShade, 3);
}

function sideTorso({ top, topShade, skinShade, ageStep, isFemale }: Look, build: Build): string {
  const { belly, back } = build;
  const chest = isFemale
    ? 20 * Math.sqrt(build.shoulder / 29)
    : 15 * Math.sqrt(build.shoulder / 37);
  const outline = d`M-6 106C${-back - 4} 110 ${-back - 2} 134 ${-back + 3} 156C${-back} 172 ${-back - (isFemale ? 5 : 1)} 182 ${-back} 198L${Math.max(14, belly - 5)} 198C${belly + 2} 184 ${belly + 3} 168 ${belly} 156C${chest + 2} 142 ${chest + 1} 130 ${chest - 3} 120Q12 108 7 106Z`;
  const neck = stroke('M1 92L0 110', skinShade, 18);
  const detail = sideDetail(ageStep, topShade, back);
  return neck + shape(outline, top) + detail;
}

function sideDetail(ageStep: number, topShade: string, back: number): string {
  if (ageStep === 0) {
    const hood = d`M-10 106Q${-back - 8} 112 ${-back - 2} 126Q-6 124 -2 108Z`;
    return shape(hood, topShade) + stroke('M9 112L12 128', LIGHT, 3);
  }
  if (ageStep === 2) return shape('M-9 104L9 104L12 114L-10 112Z', LIGHT);
  return ageStep >= 3 ? shape('M7 106Q13 118 12 140L17 132Q14 112 8 106Z', LIGHT) : '';
}
