import type { Look } from './look.ts';
import { d, group, oval, shape, stroke } from './vector.ts';

const INK = '#2b1d1a';

/** A face that looks to the right: one eye, one brow, half a mouth. */
export function profile(look: Look, rx: number): string {
  const { hasBeard, hasGlasses } = look;
  return group(
    d`translate(${rx - 41} 0)`,
    cheek(look),
    lines(look),
    hasBeard ? shape('M4 70Q22 82 42 78Q44 104 16 105Q0 100 4 70Z', look.hair) : '',
    eye(look),
    brow(look),
    mouth(look),
    hasGlasses ? glasses() : '',
  );
}

function eye({ labels, ageStep, isFemale }: Look): string {
  const size = 1.15 - 0.07 * ageStep;
  if (labels.emotion === 'Happy') return stroke('M19 56Q26 47 33 56', INK, 4);
  const lash = isFemale ? stroke('M34 51L39 48', INK, 2.2) : '';
  return (
    oval({ x: 27, y: 55, rx: 6.6 * size, ry: 8.4 * size }, '#ffffff') +
    oval({ x: 29, y: 56, rx: 4 * size, ry: 5.6 * size }, INK) +
    lash
  );
}

function brow({ labels, ageStep, hair }: Look): string {
  const colour = ageStep === 4 ? '#a9a5a2' : hair === '#d8a84c' ? '#a97b2b' : '#3a2a22';
  const line = {
    'Angry/Serious': 'M16 36L38 47',
    Happy: 'M18 40Q27 32 36 39',
    Neutral: 'M18 42Q27 38 37 42',
    Sad: 'M16 46Q25 39 37 36',
  }[labels.emotion];
  return stroke(line, colour, labels.emotion === 'Angry/Serious' ? 6 : 4.2);
}

function mouth({ labels, isFemale }: Look): string {
  const lip = isFemale ? '#c2324a' : '#8d3b33';
  switch (labels.emotion) {
    case 'Happy':
      return (
        shape('M18 77Q30 83 41 79Q36 94 27 91Q20 88 18 77Z', '#7c1f2a') +
        shape('M20 79Q30 85 40 80L38 85Q28 87 21 83Z', '#ffffff')
      );
    case 'Neutral':
      return stroke('M29 83L40 83', lip, 4);
    case 'Angry/Serious':
      return stroke('M24 90Q29 80 40 82', INK, 4.6);
    case 'Sad':
      return (
        stroke('M25 91Q31 81 40 86', lip, 4.4) + shape('M27 66Q32 75 27 79Q22 75 27 66Z', '#6fb9e8')
      );
  }
}

function cheek({ labels, ageStep }: Look): string {
  if (labels.emotion === 'Angry/Serious')
    return oval({ x: 20, y: 71, rx: 9, ry: 6 }, '#d8382f', 'opacity="0.35"');
  if (labels.emotion === 'Happy')
    return oval({ x: 14, y: 70, rx: 8, ry: 6 }, '#f0707a', 'opacity="0.5"');
  return ageStep === 0 ? oval({ x: 18, y: 71, rx: 6, ry: 4.5 }, '#f0707a', 'opacity="0.3"') : '';
}

function lines({ ageStep, skinShade }: Look): string {
  const under = ageStep >= 2 ? stroke('M20 67Q27 70 32 67', skinShade, 2.4) : '';
  const folds =
    ageStep >= 3 ? stroke('M33 72Q27 77 26 85M12 57L8 54M12 61L7 62', skinShade, 2.6) : '';
  const forehead =
    ageStep === 4 ? stroke('M22 26Q31 24 36 28M24 33Q32 31 38 34', skinShade, 2.6) : '';
  return under + folds + forehead;
}

function glasses(): string {
  return (
    oval({ x: 28, y: 56, rx: 11, ry: 12.5 }, '#ffffff22', 'stroke="#22242b" stroke-width="3"') +
    stroke('M17 54L-6 52', '#22242b', 2.8)
  );
}
