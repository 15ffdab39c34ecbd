import { OptionCheck } from '@ocelli/torch';
import { AFFINE_KEYS, affineMatrix, type AffineOptions, affineTransform } from './affine.ts';
import { around, checkRange, drawUniform, type Range } from './draw.ts';
import type { Transform } from './transform.ts';

/** Enlargement and reduction. */
export interface ZoomOptions extends AffineOptions {
  /** Range of factors (2 shows everything twice as large); one number n is `[1 − n, 1 + n]`. */
  factor: number | Range;
  /** One factor for both directions; otherwise each direction draws its own. @default true */
  keepAspect?: boolean;
}

/**
 * Enlarges or reduces every image about its centre; the size in pixels stays.
 *
 * @throws {OptionError} if the factors are no range from 0.01 to 100, or 1 alone.
 */
export function zoom(options: ZoomOptions): Transform {
  const check = new OptionCheck('zoom');
  const { factor, keepAspect = true } = check.read(options, [
    'factor',
    'keepAspect',
    ...AFFINE_KEYS,
  ]);
  check.flag('keepAspect', keepAspect);
  const value = around(factor, 1);
  const range = checkRange(check, { option: 'factor', value, within: [0.01, 100], idle: 1 });
  const definition = { name: 'zoom', check, options, settings: { factor, keepAspect } };
  return affineTransform(definition, (images, chosen, context) => {
    const inverse = () => drawUniform(range, images, context).sub_(1).mul_(chosen).add_(1).pow(-1);
    const across = inverse();
    return affineMatrix(images, [across, 0, 0, 0, keepAspect ? across : inverse(), 0]);
  });
}
