import { OptionCheck } from '@ocelli/torch';
import { AFFINE_KEYS, affineMatrix, type AffineOptions, affineTransform } from './affine.ts';
import { around, checkRange, drawUniform, type Range } from './draw.ts';
import type { Transform } from './transform.ts';

/** Shifts. */
export interface ShiftOptions extends AffineOptions {
  /** Largest shift to either side, or its range (right is positive), as a share of the width. @default 0 */
  width?: number | Range;
  /** Largest shift up or down, or its range (down is positive), as a share of the height. @default 0 */
  height?: number | Range;
}

/**
 * Shifts every image by an amount of its own, fractions of a pixel included.
 *
 * @throws {OptionError} if a range is not within ±1, or both are 0.
 */
export function shift(options: ShiftOptions): Transform {
  const check = new OptionCheck('shift');
  const { width = 0, height = 0 } = check.read(options, ['width', 'height', ...AFFINE_KEYS]);
  if (width === 0 && height === 0) {
    throw check.error('width or height', 'other than 0, which changes nothing', 0);
  }
  const [across, down] = (
    [
      ['width', width],
      ['height', height],
    ] as const
  ).map(([option, share]) =>
    share === 0
      ? ([0, 0] as const)
      : checkRange(check, { option, value: around(share, 0), within: [-1, 1], idle: 0 }),
  ) as [Range, Range];
  const definition = { name: 'shift', check, options, settings: { width, height } };
  return affineTransform(definition, (images, chosen, context) => {
    const [x, y] = [drawUniform(across, images, context), drawUniform(down, images, context)];
    const left = x.mul_(-images.width).mul_(chosen);
    const up = y.mul_(-images.height).mul_(chosen);
    return affineMatrix(images, [1, 0, left, 0, 1, up]);
  });
}
