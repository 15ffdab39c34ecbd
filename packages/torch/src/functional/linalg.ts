import { ShapeError } from '../errors.ts';
import { OptionCheck } from '../options.ts';
import { operator, type ReduceOptions, type Tensor } from '../tensor.ts';

// What the everyday methods of Tensor (`matmul`, `mm`, `bmm`, `t`) do not cover.

const aten = {
  addmm: operator('aten::addmm'),
  cholesky: operator('aten::linalg_cholesky'),
  det: operator('aten::linalg_det'),
  dot: operator('aten::dot'),
  eigh: operator('aten::linalg_eigh'),
  einsum: operator('aten::einsum'),
  inv: operator('aten::linalg_inv'),
  linear: operator('aten::linear'),
  outer: operator('aten::outer'),
  qr: operator('aten::linalg_qr'),
  solve: operator('aten::linalg_solve'),
  svd: operator('aten::linalg_svd'),
  vectorNorm: operator('aten::linalg_vector_norm'),
};

/**
 * Affine map of the last dimension: `x · weightᵀ + bias`.
 *
 * @param input `(*, inFeatures)`.
 * @param weight `(outFeatures, inFeatures)`.
 * @param bias `(outFeatures)`.
 * @returns `(*, outFeatures)`.
 * @throws {ShapeError} if input and weight do not fit.
 */
export function linear(input: Tensor, weight: Tensor, bias?: Tensor): Tensor {
  const { shape } = input;
  const [, inFeatures] = weight.shape;
  if (shape.at(-1) === inFeatures) return aten.linear(input, weight, bias);
  const sentence =
    `linear: expected input (*, ${inFeatures}) to match weight (${weight.shape.join(', ')}), ` +
    `got (${shape.join(', ')}).`;
  const numel = shape.slice(1).reduce((product, extent) => product * extent, 1);
  const remedy = numel === inFeatures ? ' Flatten the input first; use input.flatten(1).' : '';
  throw new ShapeError(sentence + remedy);
}

/**
 * Sums of products, written with a letter for each dimension.
 *
 * @param equation for example `'bij,bjk->bik'`.
 */
export function einsum(equation: string, tensors: readonly Tensor[]): Tensor {
  return aten.einsum(equation, tensors, undefined);
}

/**
 * `beta · input + alpha · (a · b)`.
 *
 * @param input broadcasts to the shape of the product.
 * @param options.beta @default 1
 * @param options.alpha @default 1
 */
export function addmm(
  input: Tensor,
  [a, b]: readonly [Tensor, Tensor],
  options: { beta?: number; alpha?: number } = {},
): Tensor {
  const check = new OptionCheck('addmm');
  const { beta = 1, alpha = 1 } = check.read(options, ['beta', 'alpha']);
  return aten.addmm(input, a, b, check.number('beta', beta, []), check.number('alpha', alpha, []));
}

/** `Σ a · b` of two vectors of the same length. */
export function dot(a: Tensor, b: Tensor): Tensor {
  return aten.dot(a, b);
}

/** All products of the elements of two vectors: `(M)`, `(N)` → `(M, N)`. */
export function outer(a: Tensor, b: Tensor): Tensor {
  return aten.outer(a, b);
}

/**
 * `(Σ |x|^ord)^(1/ord)`; the greatest or least absolute value for ∞ or −∞.
 *
 * @param options.ord @default 2
 * @param options.dims over which. @default all
 */
export function vectorNorm(
  input: Tensor,
  options: ReduceOptions & { ord?: number; dims?: readonly number[] } = {},
): Tensor {
  const check = new OptionCheck('vectorNorm');
  const { ord = 2, dims, keepdim = false } = check.read(options, ['ord', 'dims', 'keepdim']);
  return aten.vectorNorm(input, ord, dims, check.flag('keepdim', keepdim), undefined);
}

/** `x` of `a · x = b`: `(*, M, M)`, `(*, M, K)` → `(*, M, K)`. @throws {NativeError} if singular */
export function solve(a: Tensor, b: Tensor): Tensor {
  return aten.solve(a, b);
}

/** The inverse of square matrices `(*, M, M)`. @throws {NativeError} if one is singular */
export function inverse(a: Tensor): Tensor {
  return aten.inv(a);
}

/** The determinants of square matrices: `(*, M, M)` → `(*)`. */
export function det(a: Tensor): Tensor {
  return aten.det(a);
}

/** Lower triangular `L` with `L · Lᵀ = a`. @throws {NativeError} unless positive definite */
export function cholesky(a: Tensor): Tensor {
  return aten.cholesky(a);
}

/**
 * `a = q · r` with orthonormal columns in `q` and an upper triangle in `r`.
 *
 * @param options.mode `'complete'` makes `q` square. @default 'reduced'
 */
export function qr(
  a: Tensor,
  options: { mode?: 'reduced' | 'complete' } = {},
): { q: Tensor; r: Tensor } {
  const check = new OptionCheck('qr');
  const { mode = 'reduced' } = check.read(options, ['mode']);
  check.oneOf('mode', mode, ['reduced', 'complete']);
  const [q, r]: [Tensor, Tensor] = aten.qr(a, mode);
  return { q, r };
}

/**
 * Singular values in descending order, and the bases: `a = u · diag(s) · vh`.
 *
 * @param options.fullMatrices make `u` and `vh` square. @default false
 */
export function svd(
  a: Tensor,
  options: { fullMatrices?: boolean } = {},
): { u: Tensor; s: Tensor; vh: Tensor } {
  const check = new OptionCheck('svd');
  const { fullMatrices = false } = check.read(options, ['fullMatrices']);
  check.flag('fullMatrices', fullMatrices);
  const [u, s, vh]: [Tensor, Tensor, Tensor] = aten.svd(a, fullMatrices);
  return { u, s, vh };
}

/** Eigenvalues of symmetric matrices in ascending order, and eigenvectors in columns. */
export function eigh(a: Tensor): { values: Tensor; vectors: Tensor } {
  const [values, vectors]: [Tensor, Tensor] = aten.eigh(a, 'L');
  return { values, vectors };
}
