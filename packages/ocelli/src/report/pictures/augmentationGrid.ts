import { arange, Generator, scope, type Tensor } from '@ocelli/torch';
import { compose } from '../../augment/compose.ts';
import type { Transform } from '../../augment/transform.ts';
import { type PictureRow, pictureRows } from './pictureRows.ts';
import { pngOf } from './raster.ts';

export interface AugmentationGridOptions {
  /** Pictures in a row; fewer given ones are repeated, each time with another draw. @default 8 */
  columns?: number;
  /** @default 0 */
  seed?: number;
  /** Add a row with all transforms, one after the other. @default true */
  together?: boolean;
}

/**
 * Pictures before and after each transform, as a PNG: the originals first, then one row a transform,
 * each beginning from the originals, and at last all of them together.
 *
 * @param images uint8 `(N, 3, H, W)`.
 */
export async function augmentationGrid(
  images: Tensor,
  transforms: readonly Transform[],
  options: AugmentationGridOptions = {},
): Promise<Buffer> {
  const { columns = 8, seed = 0, together = true } = options;
  const rows = scope(() => {
    const count = images.shape[0] ?? 1;
    const chosen = arange({ end: columns }, { dtype: 'int64' }).remainder(count);
    const originals = images.indexSelect(0, chosen);
    const single = transforms.map((transform) => rowOf(transform, originals, seed));
    const all =
      together && transforms.length > 1 ? [rowOf(compose(transforms), originals, seed)] : [];
    return [{ title: 'original', note: '', images: originals }, ...single, ...all];
  });
  return pngOf(await pictureRows(rows));
}

function rowOf(transform: Transform, originals: Tensor, seed: number): PictureRow {
  const indices = Array.from({ length: originals.shape[0] ?? 0 }, (_, index) => index);
  const images = transform.apply(originals, { generator: new Generator({ seed }), indices });
  const { name, settings } = transform;
  if (name === 'compose') return { title: 'all together', note: '', images };
  return { title: name, note: shownSettings(settings), images };
}

function shownSettings(settings: Transform['settings']): string {
  const shown = (value: unknown): string =>
    typeof value === 'string' ? value : JSON.stringify(value);
  return Object.entries(settings)
    .map(([key, value]) => `${key} ${shown(value)}`)
    .join(', ');
}
