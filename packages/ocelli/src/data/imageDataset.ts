import { DataError, fromTypedArray, mappedFile, scope, type Tensor } from '@ocelli/torch';
import type { SplitName } from './folderTree.ts';
import { pictureName, pixelFile } from './manifest.ts';
import type { ManifestSplit } from './manifest.ts';
import type { CacheEntry } from './pictureCache.ts';
import { PictureDataset, type PictureParts } from './pictureDataset.ts';
import { resizedPixels } from './resizedPixels.ts';

/** What a data set is made of. */
export interface ImageDatasetParts extends PictureParts {
  /** One label for each of the M pictures, positions in `classes`. */
  readonly labels: ArrayLike<number>;
  readonly classes: readonly string[];
}

/** Pictures of one size with one label each. Random access, no state. */
export class ImageDataset extends PictureDataset {
  /** Names by label. */
  readonly classes: readonly string[];
  /** The label of every picture. */
  override readonly labels: Int32Array;
  readonly #parts: ImageDatasetParts;

  /** @throws {DataError} if a label is no position in `classes`. */
  constructor(parts: ImageDatasetParts) {
    super(parts);
    this.#parts = parts;
    this.classes = parts.classes;
    this.labels = this.rows.map((row) => checkLabel(parts, row));
  }

  override get labelNames(): { readonly classes: readonly string[] } {
    return { classes: this.classes };
  }

  override subset(indices: Int32Array): ImageDataset {
    return new ImageDataset({ ...this.#parts, rows: indices.map((index) => this.rowOf(index)) });
  }

  /**
   * The same pictures, enlarged or made smaller to `size` pixels square, as bytes of its own.
   *
   * @throws {OptionError} if `size` is not a positive whole number.
   */
  resized(size: number): ImageDataset {
    const { labels, classes } = this;
    const pixels = scope(() => resizedPixels(this.images, size));
    return new ImageDataset({ pixels, labels, classes, nameOf: (index) => this.nameOf(index) });
  }

  /** Number of pictures of every class, by label. */
  classCounts(): readonly number[] {
    const counts = this.classes.map(() => 0);
    for (const label of this.labels) counts[label] = (counts[label] ?? 0) + 1;
    return counts;
  }

  protected override labelsAt(indices: Int32Array): Tensor {
    const labels = BigInt64Array.from(indices, (index) => BigInt(this.labels[index] ?? -1));
    return fromTypedArray(labels, [labels.length]);
  }
}

/** @internal The data set over one split of a cache entry; its pixels are mapped, not read. */
export function imageDataset(entry: CacheEntry, name: SplitName): ImageDataset {
  const { classes, splits } = entry.manifest;
  const split: ManifestSplit | undefined = splits[name];
  if (split === undefined) throw new Error(`internal: no ${name} split in ${entry.folder}`);
  const { labels } = split;
  return new ImageDataset({ ...pictureParts(entry, name), labels, classes });
}

/** @internal Pixels and names of one split of a cache entry. */
export function pictureParts(entry: CacheEntry, name: SplitName): PictureParts {
  const { decoding, splits } = entry.manifest;
  const split: ManifestSplit | undefined = splits[name];
  if (split === undefined) throw new Error(`internal: no ${name} split in ${entry.folder}`);
  const shape = [split.count, decoding.height, decoding.width, 3];
  return {
    pixels: mappedFile(pixelFile(entry.folder, name), { dtype: 'uint8', shape }),
    nameOf: (row) => pictureName(split, row),
  };
}

function checkLabel(parts: ImageDatasetParts, row: number): number {
  const label = parts.labels[row] ?? -1;
  if (label >= 0 && label < parts.classes.length) return label;
  throw new DataError(
    `${parts.nameOf(row)}: expected a label from 0 to ${parts.classes.length - 1}, got ${label}.`,
  );
}
