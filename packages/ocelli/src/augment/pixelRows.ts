import { operator, ShapeError, type Tensor } from '@ocelli/torch';

/** Sizes of a batch of images. */
export interface ImageShape {
  readonly count: number;
  readonly channels: number;
  readonly height: number;
  readonly width: number;
}

/** @throws {ShapeError} if the tensor is not `(N, C, H, W)`. */
export function imageShape(where: string, images: Tensor): ImageShape {
  const [count, channels, height, width, ...more] = images.shape;
  if (
    count === undefined ||
    channels === undefined ||
    height === undefined ||
    width === undefined ||
    more.length > 0
  ) {
    throw new ShapeError(
      `${where}: expected images to be (N, C, H, W), got (${images.shape.join(', ')}).`,
    );
  }
  return { count, channels, height, width };
}

/**
 * The images as rows of pixels as they lie in memory, `(N, H, W · C)`: a view if they are
 * `channels_last`. Operations that differ by channel are slow on `(N, C, H, W)`, whose innermost
 * steps are three elements long; on these rows they are as long as a row.
 */
export function toRows(images: Tensor): Tensor {
  const { count, channels, height, width } = imageShape('transform', images);
  const nearest = images.contiguous({ memoryFormat: 'channelsLast' });
  return nearest.permute([0, 2, 3, 1]).reshape([count, height, width * channels]);
}

/** The inverse of `toRows`: `(N, C, H, W)`, `channels_last` in memory. */
export function fromRows(rows: Tensor, channels: number): Tensor {
  const [count = 0, height = 0, rowLength = 0] = rows.shape;
  return rows.view([count, height, rowLength / channels, channels]).permute([0, 3, 1, 2]);
}

/** One value a channel, repeated along a row: `(W · C)`. */
export function alongRow(values: Tensor, width: number): Tensor {
  return values.repeat([width]);
}

/** One value a column, repeated for its channels: `(N, W)` to `(N, W · C)`. */
export function alongChannels(columns: Tensor, channels: number): Tensor {
  return repeatInterleave(columns, channels, 1, undefined);
}

const repeatInterleave = operator('aten::repeat_interleave.self_int');
