import { OptionCheck } from '@ocelli/torch';
import { AFFINE_KEYS, affineMatrix, type AffineOptions, affineTransform } from './affine.ts';
import { around, checkRange, drawUniform, type Range } from './draw.ts';
import type { Transform } from './transform.ts';

/** Turns. */
export interface RotateOptions extends AffineOptions {
  /** Largest angle to either side, or the range of angles, counter-clockwise in degrees. */
  degrees: number | Range;
}

/**
 * Turns every image about its centre by an angle of its own.
 *
 * @throws {OptionError} if the angles are no range within ±180, or 0 alone.
 */
export function rotate(options: RotateOptions): Transform {
  const check = new OptionCheck('rotate');
  const { degrees } = check.read(options, ['degrees', ...AFFINE_KEYS]);
  const value = around(degrees, 0);
  const range = checkRange(check, { option: 'degrees', value, within: [-180, 180], idle: 0 });
  const definition = { name: 'rotate', check, options, settings: { degrees } };
  return affineTransform(definition, (images, chosen, context) => {
    const angle = drawUniform(range, images, context)
      .mul_(Math.PI / 180)
      .mul_(chosen);
    const [cos, sin] = [angle.cos(), angle.sin()];
    return affineMatrix(images, [cos, sin.neg(), 0, sin, cos, 0]);
  });
}
