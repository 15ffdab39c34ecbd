import {
  DataError,
  fromTypedArray,
  mappedFile,
  optionError,
  scope,
  type Tensor,
} from '@ocelli/torch';
import type { SplitName } from './folderTree.ts';
import { pictureName, pixelFile } from './manifest.ts';
import type { ManifestSplit } from './manifest.ts';
import type { CacheEntry } from './pictureCache.ts';
import { permutation } from './randomOrder.ts';

/** Some pictures with their labels, in the same order. */
export interface Batch {
  /** uint8 `(N, 3, H, W)` in 0 to 255, RGB, `channels_last` in memory. */
  readonly images: Tensor;
  /** int64 `(N)`. */
  readonly labels: Tensor;
  /** Which pictures of the data set these are. */
  readonly indices: Int32Array;
}

/** How a data set is cut into batches. */
export interface BatchesOptions {
  /** Pictures in a batch; the last one holds what is left. */
  batchSize: number;
  /** Visit the pictures in the order of `permutation(seed, epoch, length)`. @default false */
  shuffle?: boolean;
  /** @default 0 */
  seed?: number;
  /** Counted from 0. @default 0 */
  epoch?: number;
  /** Leave a last, smaller batch out. @default false */
  dropLast?: boolean;
}

/** What a data set is made of. */
export interface ImageDatasetParts {
  /** uint8 `(M, H, W, 3)`. */
  readonly pixels: Tensor;
  /** One label for each of the M pictures, positions in `classes`. */
  readonly labels: ArrayLike<number>;
  readonly classes: readonly string[];
  /** The name messages call one of the M pictures. */
  readonly nameOf: (row: number) => string;
  /** The pictures that belong to the data set, in order. @default all M */
  readonly rows?: Int32Array;
}

/** Pictures of one size with one label each. Random access, no state. */
export class ImageDataset {
  /** Names by label. */
  readonly classes: readonly string[];
  /** The label of every picture. */
  readonly labels: Int32Array;
  readonly #parts: ImageDatasetParts;
  readonly #rows: Int32Array;

  /** @throws {DataError} if a label is no position in `classes`. */
  constructor(parts: ImageDatasetParts) {
    this.#parts = { ...parts, pixels: parts.pixels.keep() };
    this.#rows = parts.rows ?? Int32Array.from({ length: parts.labels.length }, (_, i) => i);
    this.classes = parts.classes;
    this.labels = this.#rows.map((row) => checkLabel(parts, row));
  }

  /** Number of pictures. */
  get length(): number {
    return this.#rows.length;
  }

  /** `[3, H, W]`, the shape of one picture. */
  get imageShape(): readonly [number, number, number] {
    const [, height = 0, width = 0] = this.#parts.pixels.shape;
    return [3, height, width];
  }

  /** All pictures: uint8 `(N, 3, H, W)`, `channels_last`; a view where the whole file is used. */
  get images(): Tensor {
    const all = this.#rows.length === this.#parts.labels.length;
    return all ? toImages(this.#parts.pixels) : this.at(Int32Array.from(this.labels.keys())).images;
  }

  /** Where the picture came from: its path inside the source. */
  nameOf(index: number): string {
    return this.#parts.nameOf(this.#row(index));
  }

  /** The pictures at the given positions, each as often as it is named. */
  at(indices: Int32Array): Batch {
    const rows = indices.map((index) => this.#row(index));
    const labels = BigInt64Array.from(indices, (index) => BigInt(this.labels[index] ?? -1));
    // Rows are gathered as they lie in memory; only the names of the axes change after that.
    return scope(() => ({
      images: toImages(this.#parts.pixels.indexSelect(0, fromTypedArray(rows, [rows.length]))),
      labels: fromTypedArray(labels, [labels.length]),
      indices,
    }));
  }

  /** The data set that holds only the given pictures, in the given order. Pixels are shared. */
  subset(indices: Int32Array): ImageDataset {
    return new ImageDataset({ ...this.#parts, rows: indices.map((index) => this.#row(index)) });
  }

  /** Number of pictures of every class, by label. */
  classCounts(): readonly number[] {
    const counts = this.classes.map(() => 0);
    for (const label of this.labels) counts[label] = (counts[label] ?? 0) + 1;
    return counts;
  }

  /** Number of batches that `batches` yields. */
  batchCount(options: Pick<BatchesOptions, 'batchSize' | 'dropLast'>): number {
    const batches = this.length / checkBatchSize(options.batchSize);
    return options.dropLast === true ? Math.floor(batches) : Math.ceil(batches);
  }

  /** The order in which an epoch visits the pictures. */
  order(options: Omit<BatchesOptions, 'batchSize' | 'dropLast'> = {}): Int32Array {
    const { shuffle = false, seed = 0, epoch = 0 } = options;
    return shuffle
      ? permutation(seed, epoch, this.length)
      : Int32Array.from({ length: this.length }, (_, i) => i);
  }

  /**
   * The batches of one epoch; a pure function of the options, so any batch can be had again.
   *
   * Tensors belong to the caller: use each batch inside a `scope`, or let the collector free it.
   *
   * @throws {OptionError} if `batchSize` is not a positive whole number.
   */
  *batches(options: BatchesOptions): Generator<Batch, void, undefined> {
    const order = this.order(options);
    const count = this.batchCount(options);
    const { batchSize } = options;
    for (let step = 0; step < count; step++) {
      yield this.at(order.slice(step * batchSize, (step + 1) * batchSize));
    }
  }

  #row(index: number): number {
    const row = this.#rows[index];
    if (row !== undefined) return row;
    throw optionError('ImageDataset', 'index', `from 0 to ${this.length - 1}`, index);
  }
}

/** @internal The data set over one split of a cache entry; its pixels are mapped, not read. */
export function imageDataset(entry: CacheEntry, name: SplitName): ImageDataset {
  const { classes, decoding, splits } = entry.manifest;
  const split: ManifestSplit | undefined = splits[name];
  if (split === undefined) throw new Error(`internal: no ${name} split in ${entry.folder}`);
  const shape = [split.count, decoding.height, decoding.width, 3];
  return new ImageDataset({
    pixels: mappedFile(pixelFile(entry.folder, name), { dtype: 'uint8', shape }),
    labels: split.labels,
    classes,
    nameOf: (row) => pictureName(split, row),
  });
}

/** `(N, H, W, 3)` seen as `(N, 3, H, W)`, which makes it `channels_last`. */
function toImages(pixels: Tensor): Tensor {
  return pixels.permute([0, 3, 1, 2]);
}

function checkLabel(parts: ImageDatasetParts, row: number): number {
  const label = parts.labels[row] ?? -1;
  if (label >= 0 && label < parts.classes.length) return label;
  throw new DataError(
    `${parts.nameOf(row)}: expected a label from 0 to ${parts.classes.length - 1}, got ${label}.`,
  );
}

function checkBatchSize(batchSize: number): number {
  if (Number.isInteger(batchSize) && batchSize > 0) return batchSize;
  throw optionError('batches', 'batchSize', 'a positive whole number', batchSize);
}
