import { arange, type Device, operator, type Tensor } from '@ocelli/torch';

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
 * once: on a CPU in `ocelli::remap`, elsewhere in one gather over whole pixels.
 */
export function remap(images: Tensor, map: PixelMap): Tensor {
  return gatherPixels(images, map.rows, map.columns) as Tensor;
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

const gatherPixels = operator('ocelli::remap');
