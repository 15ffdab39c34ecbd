import { optionError, type Tensor } from '@ocelli/torch';
import { checkFill } from './fill.ts';
import { alongChannels, fromRows, type ImageShape, imageShape, toRows } from './pixelRows.ts';
import { type PixelMap, remap } from './remap.ts';

/**
 * What lies beyond an image's edge: `reflect` mirrors it (the edge itself is not repeated),
 * `constant` is one value.
 */
export type BorderMode = 'reflect' | 'constant';

export const BORDER_MODES: readonly BorderMode[] = ['reflect', 'constant'];

/**
 * A map that reaches `pixels` beyond the image's edge, turned into one that finds there what a mirror
 * would show: -1 becomes 1, and one past the end becomes the last but one.
 *
 * @throws {OptionError} if the border is as wide as the image: there is nothing more to mirror.
 */
export function reflected(map: PixelMap, shape: ImageShape, pixels: number): PixelMap {
  const least = Math.min(shape.height, shape.width);
  if (pixels >= least) {
    throw optionError('pad', 'a reflected border', `narrower than the image (${least})`, pixels);
  }
  return { rows: reflect(map.rows, shape.height), columns: reflect(map.columns, shape.width) };
}

function reflect(positions: Tensor, length: number): Tensor {
  const last = length - 1;
  return positions.abs().sub_(last).abs().neg().add_(last);
}

/** Like `remap`, with `fill` wherever the map reaches beyond the image's edge. */
export function remapFilled(images: Tensor, map: PixelMap, fill: number): Tensor {
  const { channels, height, width } = imageShape('pad', images);
  const value = checkFill('pad', images.dtype, fill);
  const inside = remap(images, {
    rows: map.rows.clamp({ min: 0, max: height - 1 }),
    columns: map.columns.clamp({ min: 0, max: width - 1 }),
  });
  const outsideRows = isOutside(map.rows, height).unsqueeze(2);
  const outsideColumns = alongChannels(isOutside(map.columns, width), channels).unsqueeze(1);
  const outside = outsideRows.logicalOr(outsideColumns);
  return fromRows(toRows(inside).maskedFill(outside, value), channels);
}

function isOutside(positions: Tensor, length: number): Tensor {
  return positions.lt(0).logicalOr(positions.ge(length));
}
