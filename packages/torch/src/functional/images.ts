import { ShapeError } from '../errors.ts';
import type { Tensor } from '../tensor.ts';

/**
 * Checks that a tensor holds images `(N, channels, H, W)`.
 *
 * @param fit what the number of channels comes from, for example `weight (64, 3, 7, 7)`.
 * @throws {ShapeError} that says how the images could be brought into shape, if that is sure.
 */
export function checkImages(where: string, { shape }: Tensor, channels: number, fit: string): void {
  if (shape.length === 4 && shape[1] === channels) return;
  const sentence =
    `${where}: expected images (N, ${channels}, H, W) to match ${fit}, ` +
    `got (${shape.join(', ')}).`;
  throw new ShapeError([sentence, ...remedies(shape, channels)].join(' '));
}

/** Checks that a tensor has four dimensions. @throws {ShapeError} otherwise. */
export function checkFourDimensions(where: string, { shape }: Tensor): void {
  if (shape.length === 4) return;
  const sentence = `${where}: expected images to be (N, C, H, W), got (${shape.join(', ')}).`;
  throw new ShapeError([sentence, ...remedies(shape, shape[0])].join(' '));
}

function remedies(shape: readonly number[], channels: number | undefined): string[] {
  if (shape.length === 4 && shape[3] === channels) {
    return ['Images look channels-last; use images.permute([0, 3, 1, 2]).'];
  }
  if (shape.length === 3 && shape[0] === channels) {
    return ['A single image needs a batch dimension; use image.unsqueeze(0).'];
  }
  return [];
}

/**
 * The output in the memory layout of the input, for operators of libtorch that lose it: images
 * that are `channelsLast` in memory stay so through every layer.
 */
export function inLayoutOf(input: Tensor, output: Tensor): Tensor {
  if (input.dim !== 4 || output.dim !== 4 || !isChannelsLast(input)) return output;
  return output.contiguous({ memoryFormat: 'channelsLast' });
}

/** Both layouts fit a tensor with one channel or one pixel; such a one is not counted here. */
function isChannelsLast(tensor: Tensor): boolean {
  return !tensor.isContiguous() && tensor.isContiguous('channelsLast');
}
