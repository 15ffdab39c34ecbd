import { OptionCheck } from '@ocelli/torch';
import { AFFINE_KEYS, affineMatrix, type AffineOptions, affineTransform } from './affine.ts';
import { around, checkRange, drawUniform, type Range } from './draw.ts';
import type { Transform } from './transform.ts';

/** Slanting. */
export interface ShearOptions extends AffineOptions {
  /** Largest angle to either side, or the range of angles, in degrees. */
  degrees: number | Range;
  /** Which lines are slanted: upright ones or level ones. @default 'upright' */
  lines?: 'upright' | 'level';
}

/**
 * Slants every image about its centre by an angle of its own: `x' = x + tan(angle) · y` for upright lines.
 *
 * @throws {OptionError} if the angles are no range within ±80, or 0 alone.
 */
export function shear(options: ShearOptions): Transform {
  const check = new OptionCheck('shear');
  const { degrees, lines = 'upright' } = check.read(options, ['degrees', 'lines', ...AFFINE_KEYS]);
  check.oneOf('lines', lines, ['upright', 'level']);
  const value = around(degrees, 0);
  const range = checkRange(check, { option: 'degrees', value, within: [-80, 80], idle: 0 });
  const definition = { name: 'shear', check, options, settings: { degrees, lines } };
  return affineTransform(definition, (images, chosen, context) => {
    const angle = drawUniform(range, images, context)
      .mul_(Math.PI / 180)
      .mul_(chosen);
    const slant = angle.sin().div_(angle.cos()).neg();
    const upright = lines === 'upright';
    return affineMatrix(images, [1, upright ? slant : 0, 0, upright ? 0 : slant, 1, 0]);
  });
}
