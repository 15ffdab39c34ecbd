import { tensor, type Tensor } from '@ocelli/torch';
import { imageShape } from './pixelRows.ts';
import type { NormalizeOptions } from './normalize.ts';

/** The constants that pictures were normalized with, and their white. */
export interface UnnormalizeOptions extends NormalizeOptions {
  /** Value of white in the units of the constants. @default 255 */
  white?: number;
}

/**
 * Undoes `normalize`, so that pictures can be looked at: `x · std + mean`, channel by channel, brought
 * into the range from black to white.
 *
 * @param images float `(N, C, H, W)`, normalized with these constants.
 * @returns float32 `(N, C, H, W)`, from 0 to `white`.
 * @throws {ShapeError} if images are not `(N, C, H, W)`.
 */
export function unnormalize(
  images: Tensor,
  { mean, std, white = 255 }: UnnormalizeOptions,
): Tensor {
  imageShape('unnormalize', images);
  const { device } = images;
  const perChannel = (values: readonly number[]): Tensor =>
    tensor([...values], { dtype: 'float32', device }).reshape([1, -1, 1, 1]);
  return images
    .to({ dtype: 'float32' })
    .mul(perChannel(std))
    .add(perChannel(mean))
    .clamp({ min: 0, max: white });
}
