import { empty, resize, scope, type Tensor } from '@ocelli/torch';

/** Pictures at a time, for as numbers to compute with they take four times the memory. */
const together = 1000;

/**
 * Every picture brought to a square, averaged over what lies between where it becomes smaller.
 *
 * @param images uint8 `(N, 3, H, W)`.
 * @returns uint8 `(N, size, size, 3)`, rounded.
 * @throws {OptionError} if `size` is not a positive whole number.
 */
export function resizedPixels(images: Tensor, size: number): Tensor {
  const [count = 0, channels = 0] = images.shape;
  return scope(() => {
    const pixels = empty([count, size, size, channels], { dtype: 'uint8' });
    for (let first = 0; first < count; first += together) {
      scope(() => {
        const some = images.narrow(0, first, Math.min(together, count - first));
        const squares = resize(some.to({ dtype: 'float32' }), [size, size], { antialias: true });
        pixels.narrow(0, first, some.shape[0] ?? 0).copy_(squares.round().permute([0, 2, 3, 1]));
      });
    }
    return pixels.keep();
  });
}
