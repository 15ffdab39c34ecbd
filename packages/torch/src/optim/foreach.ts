// libtorch's multi-tensor operators: one call, and on a GPU few kernels, for a whole list of tensors.
/* eslint-disable max-params -- the arguments are the operators' own. */
import { operator, type Tensor } from '../tensor.ts';

type Tensors = readonly Tensor[];

/** `a += alpha·b` for each pair. */
export const addEach_: (a: Tensors, b: Tensors, alpha?: number) => void = operator(
  'aten::_foreach_add_.List',
);

/** `a + alpha·b` for each pair. */
export const addEach: (a: Tensors, b: Tensors, alpha?: number) => Tensor[] =
  operator('aten::_foreach_add.List');

/** `a += number` for each pair. */
export const addNumbers_: (a: Tensors, numbers: readonly number[]) => void = operator(
  'aten::_foreach_add_.ScalarList',
);

/** `a *= factor` for each tensor. */
export const scaleEach_: (a: Tensors, factor: number) => void = operator(
  'aten::_foreach_mul_.Scalar',
);

/** `factor·a` for each tensor. */
export const scaleEach: (a: Tensors, factor: number) => Tensor[] = operator(
  'aten::_foreach_mul.Scalar',
);

/** `a += value·b·c` for each triple. */
export const addProducts_: (a: Tensors, b: Tensors, c: Tensors, value: number) => void = operator(
  'aten::_foreach_addcmul_.Scalar',
);

/** `a += value·b/c` for each triple and its value. */
export const addQuotients_: (
  a: Tensors,
  b: Tensors,
  c: Tensors,
  values: readonly number[],
) => void = operator('aten::_foreach_addcdiv_.ScalarList');

/** `a = max(a, b)` for each pair. */
export const maximumEach_: (a: Tensors, b: Tensors) => void = operator(
  'aten::_foreach_maximum_.List',
);

/** `√a` for each tensor. */
export const sqrtEach: (a: Tensors) => Tensor[] = operator('aten::_foreach_sqrt');

/** The norm of order `ord` of each tensor. */
export const normEach: (a: Tensors, ord: number) => Tensor[] = operator(
  'aten::_foreach_norm.Scalar',
);
