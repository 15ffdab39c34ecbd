import { type DType, optionError } from '@ocelli/torch';

/**
 * A fill value as images of the given type can hold it; bytes get it rounded.
 *
 * @throws {OptionError} if it is outside 0 to 255 for bytes, where it would wrap around.
 */
export function checkFill(where: string, dtype: DType, fill: number): number {
  if (dtype !== 'uint8') return fill;
  if (fill >= 0 && fill <= 255) return Math.round(fill);
  throw optionError(where, 'fill', 'from 0 to 255 for uint8 images', fill);
}
