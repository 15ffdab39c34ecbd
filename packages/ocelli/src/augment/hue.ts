import { OptionCheck, ShapeError, tensor, zeros } from '@ocelli/torch';
import { COLOUR_KEYS, type ColourOptions, colourTransform } from './colourMap.ts';
import { around, checkRange, drawUniform, type Range } from './draw.ts';
import type { Transform } from './transform.ts';

/** Turns of the colour circle. */
export interface HueOptions extends ColourOptions {
  /** Largest angle to either side, or the range of angles, in degrees; 120 makes red green. */
  degrees: number | Range;
}

/**
 * Turns every image's colours on the colour circle by an angle of its own, brightness unchanged.
 *
 * @throws {OptionError} if the angles are no range within ±180, or 0 alone.
 * @throws {ShapeError} (when applied) if images do not have 3 channels.
 * @see W3C Filter Effects, hue-rotate, https://www.w3.org/TR/filter-effects-1/#feColorMatrixElement
 */
export function hue(options: HueOptions): Transform {
  const check = new OptionCheck('hue');
  const { degrees } = check.read(options, ['degrees', ...COLOUR_KEYS]);
  const value = around(degrees, 0);
  const range = checkRange(check, { option: 'degrees', value, within: [-180, 180], idle: 0 });
  const definition = {
    name: 'hue',
    check,
    options,
    settings: { degrees },
    disturbs: 'colour',
  } as const;
  return colourTransform(definition, (facts, chosen, context) => {
    const { count, channels, device } = facts;
    if (channels !== 3)
      throw new ShapeError(`hue: expected images of 3 channels, got ${channels}.`);
    const angle = drawUniform(range, facts, context)
      .mul_(Math.PI / 180)
      .view([-1, 1, 1])
      .mul_(chosen);
    const part = (rows: number[][]) => tensor([rows], { device });
    const matrix = part(GREY).add(part(COSINE).mul(angle.cos())).add_(part(SINE).mul(angle.sin()));
    return { matrix, offset: zeros([count, 3, 1], { device }) };
  });
}

// The matrix of the recommendation, split by what multiplies it.
const GREY = [
  [0.213, 0.715, 0.072],
  [0.213, 0.715, 0.072],
  [0.213, 0.715, 0.072],
];
const COSINE = [
  [0.787, -0.715, -0.072],
  [-0.213, 0.285, -0.072],
  [-0.213, -0.715, 0.928],
];
const SINE = [
  [-0.213, -0.715, 0.928],
  [0.143, 0.14, -0.283],
  [-0.787, 0.715, 0.072],
];
