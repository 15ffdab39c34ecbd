import { arange, type Device, type Tensor } from '@ocelli/torch';
import { fromRows, imageShape, toRows } from './pixelRows.ts';

/** For every image the source row of each target row, `(N, H')`, and columns likewise, `(N, W')`. */
export interface PixelMap {
  /** int32. */
  readonly rows: Tensor;
  /** int32. */
  readonly columns: Tensor;
}

/**
 * Takes every target pixel from the source pixel that the map names.
 *
 * Flips, crops and reflected borders are all such maps, so each of them reads and writes every pixel
 * once, in one gather over whole pixels.
 */
export function remap(images: Tensor, map: PixelMap): Tensor {
  const { count, channels, height, width } = imageShape('remap', images);
  const [, targetHeight = 0] = map.rows.shape;
  const [, targetWidth = 0] = map.columns.shape;
  const first = arange({ end: count }, { dtype: 'int32', device: images.device })
    .mul_(height * width)
    .view([count, 1]);
  const rowStarts = map.rows.mul(width).add_(first).unsqueeze(2);
  const pixels = rowStarts.add(map.columns.unsqueeze(1)).flatten();
  const gathered = toRows(images)
    .reshape([count * height * width, channels])
    .indexSelect(0, pixels);
  return fromRows(gathered.view([count, targetHeight, targetWidth * channels]), channels);
}

/** The map that does what `first` and then `second` do. */
export function joinMaps(first: PixelMap, second: PixelMap): PixelMap {
  const follow = (from: Tensor, to: Tensor) => from.gather(1, to.to({ dtype: 'int64' }));
  return {
    rows: follow(first.rows, second.rows),
    columns: follow(first.columns, second.columns),
  };
}

/** 0, 1, … for every image: `(1, length)`, int32. */
export function positions(length: number, place: { device: Device }): Tensor {
  return arange({ end: length }, { dtype: 'int32', device: place.device }).unsqueeze(0);
}
