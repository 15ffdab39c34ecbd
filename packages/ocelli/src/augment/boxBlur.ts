import { full, OptionCheck } from '@ocelli/torch';
import { separableBlur } from './blur.ts';
import { pixelwise, type PixelwiseOptions } from './pixelwise.ts';
import type { Transform } from './transform.ts';

/** The window that is averaged. */
export interface BoxBlurOptions extends PixelwiseOptions {
  /** Side of the window in pixels, odd and at least 3. @default 5 */
  size?: number;
}

/**
 * Replaces every pixel by the mean of the window around it.
 *
 * @throws {OptionError} if `size` is not odd or below 3.
 */
export function boxBlur(options: BoxBlurOptions = {}): Transform {
  const check = new OptionCheck('boxBlur');
  const { size = 5 } = check.read(options, ['size', 'probability']);
  if (!(Number.isInteger(size) && size >= 3 && size % 2 === 1)) {
    throw check.error('size', 'an odd number of at least 3', size);
  }
  const definition = { name: 'boxBlur', check, options, settings: { size } };
  return pixelwise(definition, (pixels, { count, height, width, device }) => {
    const most = 2 * Math.min(height, width) - 1;
    if (size > most) throw check.error('size', `at most ${most} for images of this size`, size);
    return separableBlur(pixels, full([count, size], 1 / size, { device }));
  });
}
