import { fromTypedArray, optionError, scope, type Tensor } from '@ocelli/torch';
import type { LabelNames } from './labelNames.ts';
import { permutation } from './randomOrder.ts';

/** Some pictures with their labels, in the same order. */
export interface Batch {
  /** uint8 `(N, 3, H, W)` in 0 to 255, RGB, `channels_last` in memory. */
  readonly images: Tensor;
  /** int64 `(N)`, or `(N, A)` where a picture has A attributes; −1 is a missing label. */
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

/** The pictures of a data set, whatever their labels are. */
export interface PictureParts {
  /** uint8 `(M, H, W, 3)`. */
  readonly pixels: Tensor;
  /** The name messages call one of the M pictures. */
  readonly nameOf: (row: number) => string;
  /** The pictures that belong to the data set, in order; one may come several times. @default all M */
  readonly rows?: Int32Array;
}

/** Pictures of one size with labels of some kind. Random access, no state. */
export abstract class PictureDataset {
  /** Where the pictures stand in `pixels`. */
  protected readonly rows: Int32Array;
  readonly #pixels: Tensor;
  readonly #nameOf: (row: number) => string;

  constructor({ pixels, nameOf, rows }: PictureParts) {
    this.#pixels = pixels.keep();
    this.#nameOf = nameOf;
    this.rows = rows ?? Int32Array.from({ length: pixels.shape[0] ?? 0 }, (_, i) => i);
  }

  /** The labels of all pictures, row by row; −1 where one is missing. */
  abstract readonly labels: Int32Array;

  /** What the labels stand for. */
  abstract get labelNames(): LabelNames;

  /** The data set that holds only the given pictures, in the given order. Pixels are shared. */
  abstract subset(indices: Int32Array): PictureDataset;

  /** The labels of the given pictures as a tensor. */
  protected abstract labelsAt(indices: Int32Array): Tensor;

  /** Number of pictures. */
  get length(): number {
    return this.rows.length;
  }

  /** `[3, H, W]`, the shape of one picture. */
  get imageShape(): readonly [number, number, number] {
    const [, height = 0, width = 0] = this.#pixels.shape;
    return [3, height, width];
  }

  /** All pictures: uint8 `(N, 3, H, W)`, `channels_last`; a view where the whole file is used. */
  get images(): Tensor {
    const isWhole =
      this.length === this.#pixels.shape[0] && this.rows.every((row, index) => row === index);
    return isWhole ? toImages(this.#pixels) : this.#gather(this.rows);
  }

  /** Where the picture came from: its path inside the source. */
  nameOf(index: number): string {
    return this.#nameOf(this.rowOf(index));
  }

  /** The pictures at the given positions, each as often as it is named. */
  at(indices: Int32Array): Batch {
    const rows = indices.map((index) => this.rowOf(index));
    return scope(() => ({
      images: this.#gather(rows),
      labels: this.labelsAt(indices),
      indices,
    }));
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

  /** Where one picture stands in `pixels`. @throws {OptionError} if there is no such picture. */
  protected rowOf(index: number): number {
    const row = this.rows[index];
    if (row !== undefined) return row;
    throw optionError(this.constructor.name, 'index', `from 0 to ${this.length - 1}`, index);
  }

  /** Rows are gathered as they lie in memory; only the names of the axes change after that. */
  #gather(rows: Int32Array): Tensor {
    return toImages(this.#pixels.indexSelect(0, fromTypedArray(rows, [rows.length])));
  }
}

/** `(N, H, W, 3)` seen as `(N, 3, H, W)`, which makes it `channels_last`. */
function toImages(pixels: Tensor): Tensor {
  return pixels.permute([0, 3, 1, 2]);
}

function checkBatchSize(batchSize: number): number {
  if (Number.isInteger(batchSize) && batchSize > 0) return batchSize;
  throw optionError('batches', 'batchSize', 'a positive whole number', batchSize);
}
