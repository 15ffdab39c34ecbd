import { OptionCheck } from '../options.ts';
import { operator, type Tensor } from '../tensor.ts';

// What the everyday methods of Tensor (`select`, `gather`, `indexSelect`, …) do not cover.

const aten = {
  bucketize: operator('aten::bucketize.Tensor'),
  diagonal: operator('aten::diagonal'),
  index: operator('aten::index.Tensor'),
  indexAdd: operator('aten::index_add'),
  indexPut: operator('aten::index_put'),
  nonzero: operator('aten::nonzero'),
  oneHot: operator('aten::one_hot'),
  scatterAdd: operator('aten::scatter_add'),
  takeAlongDim: operator('aten::take_along_dim'),
  tril: operator('aten::tril'),
  triu: operator('aten::triu'),
};

/**
 * Elements at positions given for several dimensions at once; the positions broadcast.
 *
 * @param indices one int64 or bool tensor per dimension; `undefined` takes the whole dimension.
 * @example
 * index(logits, [arange({ end: 4 }, { dtype: 'int64' }), labels]); // each row's own label
 */
export function index(input: Tensor, indices: readonly (Tensor | undefined)[]): Tensor {
  return aten.index(input, indices);
}

/**
 * A copy in which the elements at {@link index}'s positions are `values`.
 *
 * @param options.accumulate add to what is there instead of replacing it. @default false
 */
export function indexPut(
  input: Tensor,
  indices: readonly (Tensor | undefined)[],
  { values, ...options }: { values: Tensor; accumulate?: boolean },
): Tensor {
  const check = new OptionCheck('indexPut');
  const { accumulate = false } = check.read(options, ['accumulate']);
  return aten.indexPut(input, indices, values, check.flag('accumulate', accumulate));
}

/** A copy to whose slices `index` along `dim` the slices of `source` are added; repeats add up. */
export function indexAdd(
  input: Tensor,
  dim: number,
  { index: positions, source }: { index: Tensor; source: Tensor },
): Tensor {
  return aten.indexAdd(input, dim, positions, source, undefined);
}

/** A copy to which `source` is added at the positions `index` along `dim`; repeats add up. */
export function scatterAdd(
  input: Tensor,
  dim: number,
  { index: positions, source }: { index: Tensor; source: Tensor },
): Tensor {
  return aten.scatterAdd(input, dim, positions, source);
}

/** As `Tensor.gather`, with the other dimensions broadcast: what `argmax` and `sort` found. */
export function takeAlongDim(input: Tensor, indices: Tensor, dim: number): Tensor {
  return aten.takeAlongDim(input, indices, dim);
}

/** Positions of the elements that are not 0: int64 `(found, dimensions)`. Waits for the device. */
export function nonzero(input: Tensor): Tensor {
  return aten.nonzero(input);
}

/**
 * Class indices to rows of 0 and a single 1: int64 `(*)` → int64 `(*, numClasses)`.
 *
 * @throws {NativeError} if an index is out of range.
 */
export function oneHot(labels: Tensor, numClasses: number): Tensor {
  return aten.oneHot(labels, new OptionCheck('oneHot').integer('numClasses', numClasses, 1));
}

/**
 * For each element the number of the interval it lies in: int64 in the input's shape.
 *
 * @param boundaries `(B)` in ascending order.
 * @param options.right count an element that equals a boundary above it. @default false
 */
export function bucketize(
  input: Tensor,
  boundaries: Tensor,
  options: { right?: boolean } = {},
): Tensor {
  const check = new OptionCheck('bucketize');
  const { right = false } = check.read(options, ['right']);
  return aten.bucketize(input, boundaries, false, check.flag('right', right));
}

/** The diagonal of the first two dimensions, `offset` above the main one. A view. */
export function diagonal(input: Tensor, options: { offset?: number } = {}): Tensor {
  const { offset } = offsetOf('diagonal', options);
  return aten.diagonal(input, offset, 0, 1);
}

/** The lower triangle of matrices `(*, M, N)`, up to `offset` above the diagonal; 0 elsewhere. */
export function tril(input: Tensor, options: { offset?: number } = {}): Tensor {
  const { offset } = offsetOf('tril', options);
  return aten.tril(input, offset);
}

/** The upper triangle of matrices `(*, M, N)`, from `offset` above the diagonal; 0 elsewhere. */
export function triu(input: Tensor, options: { offset?: number } = {}): Tensor {
  const { offset } = offsetOf('triu', options);
  return aten.triu(input, offset);
}

function offsetOf(where: string, options: { offset?: number }): { offset: number } {
  const check = new OptionCheck(where);
  const { offset = 0 } = check.read(options, ['offset']);
  return { offset: check.integer('offset', offset, -Number.MAX_SAFE_INTEGER) };
}
