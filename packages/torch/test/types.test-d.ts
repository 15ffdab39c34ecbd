// What must compile and what must not; checked by the type checker, never run.

import { aten, type DType, type Scalar, scope, type Tensor, tensor } from '../src/index.ts';

export function operators(x: Tensor): void {
  const sum: Tensor = aten.add(x, 1);
  const [values, indices]: [Tensor, Tensor] = aten.max(x, 1);
  const parts: Tensor[] = aten.split(sum, 2);
  aten.max_pool2d(values, [2, 2]);
  aten.max_pool2d(indices, 2);
  aten.div(x, x, { rounding_mode: 'floor' });
  // @ts-expect-error a keyword of another operator
  aten.add(x, x, { beta: 2 });
  // @ts-expect-error no operator takes a string as a tensor
  aten.relu('x');
  // @ts-expect-error no such operator
  aten.rellu(x);
  // @ts-expect-error a dtype that does not exist
  aten.sum(x, { dtype: 'flaot32' });
  parts.map((part) => part.relu());
}

export function methods(x: Tensor): void {
  const dtype: DType = x.dtype;
  const scalar: Scalar = 2n;
  x.add(scalar).to({ dtype });
  // @ts-expect-error a misspelt option
  x.sum([0], { keepDim: true });
  // @ts-expect-error dims are a list
  x.sum(0);
  // @ts-expect-error shapes are read only
  x.shape[0] = 1;
  // @ts-expect-error a memory format that does not exist
  x.contiguous({ memoryFormat: 'nhwc' });
  // @ts-expect-error ragged kinds
  tensor(['a']);
}

export function scopes(x: Tensor): void {
  const loss: number = scope(() => x.sum().item());
  const both: { a: Tensor; b: Tensor[] } = scope(() => ({ a: x, b: [x] }));
  void [loss, both];
}
