import type { Look } from './look.ts';
import { d, mirrored, oval, shape, stroke } from './vector.ts';

const INK = '#2b1d1a';

/** A face seen from the front: what it feels and how old it is. */
export function face(look: Look): string {
  const { skinShade, hasBeard, hasGlasses } = look;
  return [
    cheeks(look),
    lines(look),
    hasBeard ? beard(look) : '',
    eyes(look),
    brows(look),
    stroke('M0 60Q5 70 -1 71', skinShade, 3.2),
    mouth(look),
    hasGlasses ? glasses() : '',
  ].join('');
}

/** Young eyes are larger. */
function eyes({ ageStep, isFemale, labels }: Look): string {
  const size = 1.15 - 0.07 * ageStep;
  if (labels.emotion === 'Happy') return mirrored(stroke('M10 57Q17 48 24 57', INK, 4));
  const lashes = isFemale ? stroke('M24 49L29 45M26 53L31 51', INK, 2) : '';
  const lid = labels.emotion === 'Sad' ? stroke('M9 51Q18 47 26 54', INK, 3) : '';
  return mirrored(
    oval({ x: 17, y: 56, rx: 8.2 * size, ry: 8.6 * size }, '#ffffff') +
      oval({ x: 16, y: 57, rx: 4.8 * size, ry: 5.6 * size }, INK) +
      oval({ x: 18, y: 54.5, rx: 1.6 }, '#ffffff') +
      lashes +
      lid,
  );
}

function brows({ labels, hair, ageStep }: Look): string {
  const colour = ageStep === 4 ? '#a9a5a2' : hair === '#d8a84c' ? '#a97b2b' : '#3a2a22';
  const line = {
    'Angry/Serious': 'M7 48L27 37',
    Happy: 'M9 41Q17 33 26 40',
    Neutral: 'M9 42Q17 39 26 42',
    Sad: 'M8 36Q18 39 27 46',
  }[labels.emotion];
  return mirrored(stroke(line, colour, labels.emotion === 'Angry/Serious' ? 6 : 4.2));
}

function mouth({ labels, isFemale }: Look): string {
  const lip = isFemale ? '#c2324a' : '#8d3b33';
  switch (labels.emotion) {
    case 'Happy':
      return (
        shape('M-18 76Q0 82 18 76Q15 95 0 95Q-15 95 -18 76Z', '#7c1f2a') +
        shape('M-15 78Q0 83 15 78L13 84Q0 87 -13 84Z', '#ffffff')
      );
    case 'Neutral':
      return stroke('M-9 83L9 83', lip, 4.2);
    case 'Angry/Serious':
      return stroke('M-14 88Q-9 79 0 80Q9 79 14 88', INK, 4.6);
    case 'Sad':
      return (
        stroke('M-11 91Q0 79 11 91', lip, 4.4) + shape('M21 66Q26 75 21 79Q16 75 21 66Z', '#6fb9e8')
      );
  }
}

function cheeks({ labels, ageStep }: Look): string {
  if (labels.emotion === 'Angry/Serious')
    return mirrored(oval({ x: 25, y: 70, rx: 9, ry: 6 }, '#d8382f', 'opacity="0.35"'));
  if (labels.emotion === 'Happy')
    return mirrored(oval({ x: 26, y: 70, rx: 8, ry: 6 }, '#f0707a', 'opacity="0.5"'));
  return ageStep === 0
    ? mirrored(oval({ x: 26, y: 70, rx: 6, ry: 4.5 }, '#f0707a', 'opacity="0.3"'))
    : '';
}

/** Under the eyes from 35, beside nose and mouth from 45, across the forehead from 55. */
function lines({ ageStep, skinShade }: Look): string {
  const under = ageStep >= 2 ? mirrored(stroke('M11 68Q17 71 23 68', skinShade, 2.4)) : '';
  const folds =
    ageStep >= 3
      ? mirrored(stroke('M11 73Q18 78 18 86M31 58L36 55M31 62L37 63', skinShade, 2.6))
      : '';
  const forehead =
    ageStep === 4 ? stroke('M-16 27Q0 22 16 27M-13 34Q0 30 13 34', skinShade, 2.6) : '';
  return under + folds + forehead;
}

function beard({ hair }: Look): string {
  return (
    shape('M-37 66Q-30 76 -17 74Q0 69 17 74Q30 76 37 66Q36 106 0 106Q-36 106 -37 66Z', hair) +
    shape('M-14 78Q0 74 14 78Q12 93 0 93Q-12 93 -14 78Z', '#00000022')
  );
}

function glasses(): string {
  return (
    mirrored(
      oval({ x: 17, y: 57, rx: 13 }, '#ffffff22', 'stroke="#22242b" stroke-width="3"') +
        stroke('M30 55L39 52', '#22242b', 2.6),
    ) + stroke(d`M-4 56Q0 53 4 56`, '#22242b', 2.6)
  );
}
