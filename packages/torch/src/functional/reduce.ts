import { OptionCheck } from '../options.ts';
import { operator, type ReduceOptions, type Sorted, type Tensor } from '../tensor.ts';

// What the everyday methods of Tensor (`sum`, `mean`, `amax`, …) do not cover.

const aten = {
  allDim: operator('aten::all.dim'),
  anyDim: operator('aten::any.dim'),
  bincount: operator('aten::bincount'),
  countNonzero: operator('aten::count_nonzero.dim_IntList'),
  cumprod: operator('aten::cumprod'),
  logsumexp: operator('aten::logsumexp'),
  maxDim: operator('aten::max.dim'),
  medianDim: operator('aten::median.dim'),
  minDim: operator('aten::min.dim'),
  prod: operator('aten::prod'),
  prodDim: operator('aten::prod.dim_int'),
  quantile: operator('aten::quantile.scalar'),
  varMean: operator('aten::var_mean.correction'),
};

/** How a quantile between two elements is found. */
export type Interpolation = 'linear' | 'lower' | 'higher' | 'midpoint' | 'nearest';

/** `log Σ exp(x)` over `dims`, computed without overflow. */
export function logSumExp(
  input: Tensor,
  dims: readonly number[],
  options: ReduceOptions = {},
): Tensor {
  return aten.logsumexp(input, dims, keepdimOf('logSumExp', options));
}

/** The product of all elements, or of those along `dim`. */
export function prod(input: Tensor, options: ReduceOptions & { dim?: number } = {}): Tensor {
  const check = new OptionCheck('prod');
  const { dim, keepdim = false } = check.read(options, ['dim', 'keepdim']);
  if (dim !== undefined) return aten.prodDim(input, dim, check.flag('keepdim', keepdim));
  if (keepdim) throw check.error('keepdim', 'left out without dim', keepdim);
  return aten.prod(input);
}

/** The product of an element and all before it along `dim`. */
export function cumprod(input: Tensor, dim: number): Tensor {
  return aten.cumprod(input, dim);
}

/** The greatest elements along `dim` and where they were; of equal ones any. */
export function maxAlong(input: Tensor, dim: number, options: ReduceOptions = {}): Sorted {
  return pairOf(aten.maxDim(input, dim, keepdimOf('maxAlong', options)));
}

/** The least elements along `dim` and where they were; of equal ones any. */
export function minAlong(input: Tensor, dim: number, options: ReduceOptions = {}): Sorted {
  return pairOf(aten.minDim(input, dim, keepdimOf('minAlong', options)));
}

/** The medians along `dim` and where they were; of an even number of elements the lower one. */
export function medianAlong(input: Tensor, dim: number, options: ReduceOptions = {}): Sorted {
  return pairOf(aten.medianDim(input, dim, keepdimOf('medianAlong', options)));
}

/**
 * The value that a share `q` of the elements lies below.
 *
 * @param q from 0 to 1.
 * @param options.dim along which. @default all elements
 * @param options.interpolation how a value between two elements is found. @default 'linear'
 */
export function quantile(
  input: Tensor,
  q: number,
  options: ReduceOptions & { dim?: number; interpolation?: Interpolation } = {},
): Tensor {
  const check = new OptionCheck('quantile');
  const known = ['dim', 'keepdim', 'interpolation'] as const;
  const { dim, keepdim = false, interpolation = 'linear' } = check.read(options, known);
  check.number('q', q, [0, 1]);
  check.oneOf('interpolation', interpolation, interpolations);
  return aten.quantile(input, q, dim, check.flag('keepdim', keepdim), interpolation);
}

const interpolations: readonly Interpolation[] = [
  'linear',
  'lower',
  'higher',
  'midpoint',
  'nearest',
];

/**
 * Variance and mean over `dims` in one pass.
 *
 * @param options.correction subtracted from the number of elements; 0 for the biased one. @default 1
 */
export function varMean(
  input: Tensor,
  dims: readonly number[],
  options: ReduceOptions & { correction?: number } = {},
): { variance: Tensor; mean: Tensor } {
  const check = new OptionCheck('varMean');
  const { correction = 1, keepdim = false } = check.read(options, ['correction', 'keepdim']);
  check.integer('correction', correction, 0);
  const [variance, mean]: [Tensor, Tensor] = aten.varMean(input, dims, correction, keepdim);
  return { variance, mean };
}

/** Whether all elements along `dim` are true or not 0. */
export function allAlong(input: Tensor, dim: number, options: ReduceOptions = {}): Tensor {
  return aten.allDim(input, dim, keepdimOf('allAlong', options));
}

/** Whether any element along `dim` is true or not 0. */
export function anyAlong(input: Tensor, dim: number, options: ReduceOptions = {}): Tensor {
  return aten.anyDim(input, dim, keepdimOf('anyAlong', options));
}

/** How many elements over `dims` are not 0. */
export function countNonzero(input: Tensor, dims: readonly number[]): Tensor {
  return aten.countNonzero(input, dims);
}

/**
 * How often each of the integers from 0 on occurs.
 *
 * @param input integers `(N)`, none below 0.
 * @param options.weights `(N)`: summed up instead of counted. @default none
 * @param options.minlength least length of the result. @default 0
 */
export function bincount(
  input: Tensor,
  options: { weights?: Tensor; minlength?: number } = {},
): Tensor {
  const check = new OptionCheck('bincount');
  const { weights, minlength = 0 } = check.read(options, ['weights', 'minlength']);
  return aten.bincount(input, weights, check.integer('minlength', minlength, 0));
}

function keepdimOf(where: string, options: ReduceOptions): boolean {
  const check = new OptionCheck(where);
  const { keepdim = false } = check.read(options, ['keepdim']);
  return check.flag('keepdim', keepdim);
}

function pairOf([values, indices]: [Tensor, Tensor]): Sorted {
  return { values, indices };
}
