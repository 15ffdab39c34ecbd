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
  const rows = scope(() => augmentationRows(images, transforms, options));
  return pngOf(await pictureRows(rows));
}

/** The rows of that picture, with what is written before them. */
export function augmentationRows(
  images: Tensor,
  transforms: readonly Transform[],
  options: AugmentationGridOptions = {},
): PictureRow[] {
  const { columns = 8, seed = 0, together = true } = options;
  const count = images.shape[0] ?? 1;
  const chosen = arange({ end: columns }, { dtype: 'int64' }).remainder(count);
  const originals = images.indexSelect(0, chosen);
  const single = transforms.map((transform) => rowOf(transform, originals, seed));
  const all =
    together && transforms.length > 1 ? [rowOf(compose(transforms), originals, seed)] : [];
  return [{ title: 'original', note: '', images: originals }, ...single, ...all];
}

function rowOf(transform: Transform, originals: Tensor, seed: number): PictureRow {
  const indices = Array.from({ length: originals.shape[0] ?? 0 }, (_, index) => index);
  const images = transform.apply(originals, { generator: new Generator({ seed }), indices });
  const { name, settings } = transform;
  const title = name === 'compose' ? 'all together' : name;
  const own = name === 'compose' ? [] : shownSettings(settings);
  // As mixing does where there is but one picture.
  return {
    title,
    note: [...own, ...(isSame(images, originals) ? [unchanged] : [])].join(', '),
    images,
  };
}

const unchanged = 'changes nothing on these pictures';

function isSame(a: Tensor, b: Tensor): boolean {
  if (a.dtype !== b.dtype || String(a.shape) !== String(b.shape)) return false;
  return Number(a.eq(b).all().item()) === 1;
}

function shownSettings(settings: Transform['settings']): string[] {
  return Object.entries(settings).map(([key, value]) => `${key} ${shown(value)}`);
}

/** As JSON has it, with numbers as short as they are meant: 10/3 is 3.333. */
function shown(value: unknown): string {
  if (typeof value === 'string') return value;
  return JSON.stringify(value, (_, one: unknown) =>
    typeof one === 'number' ? Number(one.toPrecision(4)) : one,
  );
}
