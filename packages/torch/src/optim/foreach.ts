// libtorch's multi-tensor operators: one call, and on a GPU few kernels, for a whole list of tensors.

import { operator, type Tensor } from '../tensor.ts';

type Tensors = readonly Tensor[];

/** `a += alpha·b` for each pair. */
export const addEach_: (a: Tensors, b: Tensors, alpha?: number) => void = operator(
  'aten::_foreach_add_.List',
);

/** `a + alpha·b` for each pair. */
export const addEach: (a: Tensors, b: Tensors, alpha?: number) => Tensor[] =
  operator('aten::_foreach_add.List');

/** `a *= factor` for each tensor. */
export const scaleEach_: (a: Tensors, factor: number) => void = operator(
  'aten::_foreach_mul_.Scalar',
);

/** The norm of order `ord` of each tensor. */
export const normEach: (a: Tensors, ord: number) => Tensor[] = operator(
  'aten::_foreach_norm.Scalar',
);
