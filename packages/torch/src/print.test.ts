import { inspect } from 'node:util';

import { expect, test } from 'vitest';

import { arange, tensor, zeros } from './create.ts';
import { type Printable, printTensor } from './print.ts';

test('a scalar prints on one line', () => {
  expect(inspect(tensor(3.5))).toBe('Tensor float32 () 3.5000');
});

test('columns are aligned and integers print without a fraction', () => {
  const matrix = [
    [1, -20],
    [300, 4],
  ];
  expect(inspect(tensor(matrix))).toBe(
    'Tensor float32 (2, 2)\n[\n [  1.0000, -20.0000],\n [300.0000,   4.0000]\n]',
  );
  expect(inspect(tensor(matrix, { dtype: 'int64' }))).toBe(
    'Tensor int64 (2, 2)\n[\n [  1, -20],\n [300,   4]\n]',
  );
});

test('long dimensions are cut in the middle', () => {
  expect(inspect(arange({ end: 100 }, { dtype: 'int32' }))).toBe(
    'Tensor int32 (100)\n[ 0,  1,  2, …, 97, 98, 99]',
  );
});

test('a cut dimension inside a whole one keeps its rows', () => {
  const rows = arange({ end: 20 }, { dtype: 'int32' }).view([2, 10]);
  expect(inspect(rows)).toBe(
    'Tensor int32 (2, 10)\n[\n [ 0,  1,  2, …,  7,  8,  9],\n [10, 11, 12, …, 17, 18, 19]\n]',
  );
});

test('a cut dimension around a whole one shows its dots on a line', () => {
  const rows = arange({ end: 20 }, { dtype: 'int32' }).view([10, 2]);
  expect(inspect(rows)).toBe(
    'Tensor int32 (10, 2)\n[\n [ 0,  1],\n [ 2,  3],\n [ 4,  5],\n …,\n [14, 15],\n [16, 17],\n [18, 19]\n]',
  );
});

test('very large and very small numbers print with an exponent', () => {
  expect(inspect(tensor([1e-5, 2e7]))).toBe('Tensor float32 (2)\n[1.0000e-5, 2.0000e+7]');
});

test('booleans, non-finite numbers and requiresGrad show', () => {
  expect(inspect(tensor([true, false]))).toBe('Tensor bool (2)\n[ true, false]');
  expect(inspect(tensor([NaN, 1], { requiresGrad: true }))).toBe(
    'Tensor float32 (2) requiresGrad\n[   NaN, 1.0000]',
  );
});

test('an empty tensor, or one deep inside an object, prints its title only', () => {
  expect(inspect(zeros([0, 3]))).toBe('Tensor float32 (0, 3)');
  const deep = { a: { b: { c: tensor([1, 2]) } } };
  expect(inspect(deep)).toMatch(/\{ c: Tensor float32 \(2\) \}/);
  expect(inspect(deep, { depth: null })).toMatch(/c: Tensor float32 \(2\)\s+\[1\.0000, 2\.0000\]/);
  expect(inspect(deep.a.b)).toMatch(/c: Tensor float32 \(2\)\s+\[1\.0000, 2\.0000\]/);
});

/** A tensor, or a part of it, that puts on a list how many elements are read at once. */
function watched(tensor: Printable, reads: number[]): Printable {
  const { shape, dtype, device, requiresGrad, numel } = tensor;
  return {
    ...{ shape, dtype, device, requiresGrad, numel },
    slice: (dim, range) => watched(tensor.slice(dim, range), reads),
    toTypedArray: () => {
      reads.push(numel);
      return tensor.toTypedArray();
    },
  };
}

// Of a dimension longer than 7: three elements at each end, and one where the dots stand.
test.each([
  [[20, 30, 40, 50], 7 ** 4],
  [[1000, 1000, 20], 7 ** 3],
  [[100, 5], 7 * 5],
  [[7, 7], 7 * 7],
])('printing reads only what it shows: of %j, %i elements', (shape, expected) => {
  const reads: number[] = [];
  const whole = zeros(shape, { dtype: 'uint8' });
  expect(printTensor(watched(whole, reads), null)).toBe(inspect(whole));
  expect(reads.reduce((a, b) => a + b, 0)).toBe(expected);
});

test('a complex tensor prints its title, and a freed one that it is', () => {
  expect(inspect(zeros([2], { dtype: 'complex64' }))).toBe('Tensor complex64 (2)');
  const loss = tensor(1);
  loss.dispose();
  expect(inspect({ loss })).toBe('{ loss: Tensor (freed) }');
});
