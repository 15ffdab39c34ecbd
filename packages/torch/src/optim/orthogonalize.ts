import { operator, type Tensor } from '../tensor.ts';

/** `a`, `b`, `c` of the polynomial `a·s + b·s³ + c·s⁵`. */
export type Coefficients = readonly [a: number, b: number, c: number];

/** Element types in which the iteration is stable. */
export type OrthogonalizeDType = 'float32' | 'bfloat16' | 'float64';

export interface OrthogonalizeOptions {
  /** Newton-Schulz iterations. */
  steps: number;
  coefficients: Coefficients;
}

/**
 * The matrix with its singular values brought near 1 by Newton-Schulz iterations.
 *
 * `X ← X / (‖X‖ + 1e-7)`, then `X ← (a + b·A + c·A²)·X` with `A = XXᵀ`: each iteration applies
 * `a·s + b·s³ + c·s⁵` to the singular values and leaves the singular vectors as they are. The usual
 * coefficients trade exactness for speed: values end between about 0.7 and 1.2.
 *
 * @param matrix `(rows, columns)`, of the type to compute in.
 * @returns a new matrix of the same shape and type.
 */
export function orthogonalize(matrix: Tensor, options: OrthogonalizeOptions): Tensor {
  const [rows = 0, columns = 0] = matrix.shape;
  const isTall = rows > columns;
  const x = (isTall ? matrix.t() : matrix).div(matrix.norm().add(1e-7));
  // From this shape on fewer products are needed when the long side is used twice only. The error
  // of the small product grows with each iteration; bfloat16 has no bits to spare for that.
  const isLong = Math.max(rows, columns) > 1.5 * Math.min(rows, columns);
  const apply = isLong && matrix.dtype !== 'bfloat16' ? applyAtOnce : applyEach;
  const result = apply(x, options);
  return isTall ? result.t() : result;
}

/** Applies one iteration after the other to the matrix. */
function applyEach(matrix: Tensor, { steps, coefficients }: OrthogonalizeOptions): Tensor {
  const [a, b, c] = coefficients;
  let x = matrix;
  for (let step = 0; step < steps; step++) {
    const gram = x.mm(x.t());
    x = addmm(x, addmm(gram, gram, gram, b, c), x, a, 1);
  }
  return x;
}

/** Follows `A` alone through the iterations, and applies the product of their polynomials. */
function applyAtOnce(x: Tensor, { steps, coefficients }: OrthogonalizeOptions): Tensor {
  let gram = x.mm(x.t());
  let factor = polynomial(gram, coefficients);
  let product = factor;
  for (let step = 1; step < steps; step++) {
    gram = factor.mm(gram).mm(factor);
    factor = polynomial(gram, coefficients);
    product = factor.mm(product);
  }
  return product.mm(x);
}

/** `a + b·A + c·A²`. */
function polynomial(gram: Tensor, [a, b, c]: Coefficients): Tensor {
  const result: Tensor = addmm(gram, gram, gram, b, c);
  (diagonal(result) as Tensor).add_(a);
  return result;
}

/** `beta·added + alpha·left·right`. */
const addmm = operator('aten::addmm');
const diagonal = operator('aten::diagonal');
