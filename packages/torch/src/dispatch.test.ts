import { describe, expect, test } from 'vitest';

import { aten, ops } from './dispatch.ts';
import { empty, fromTypedArray, tensor, zeros } from './create.ts';
import { operator } from './tensor.ts';

describe('aten', () => {
  const matrix = tensor([
    [1, 5, 2],
    [7, 0, 3],
  ]);

  test('chooses the overload by the kinds of arguments', () => {
    expect(aten.add(matrix, matrix).toArray()).toEqual([
      [2, 10, 4],
      [14, 0, 6],
    ]);
    expect(aten.add(matrix, 1).select(0, 0).toArray()).toEqual([2, 6, 3]);
    expect(aten.max(matrix).item()).toBe(7);
    const [values, indices] = aten.max(matrix, 1);
    expect([values.toArray(), indices.toArray()]).toEqual([
      [5, 7],
      [1, 0],
    ]);
    expect(
      aten
        .max(matrix, tensor([3]))
        .select(0, 0)
        .toArray(),
    ).toEqual([3, 5, 3]);
  });

  test('takes keyword-only arguments by the schema names in one last object', () => {
    expect(aten.add(tensor([1]), tensor([2]), { alpha: 10 }).item()).toBe(21);
    expect(aten.div(tensor([7]), tensor([2]), { rounding_mode: 'floor' }).item()).toBe(3);
    expect(aten.sum(matrix, [0], true, { dtype: 'float64' }).dtype).toBe('float64');
    const out = zeros([1]);
    expect(aten.mul(tensor([2]), tensor([3]), { out })).toBe(out);
    expect(out.item()).toBe(6);
  });

  test('fills in defaults', () => {
    const images = fromTypedArray(
      new Float32Array(16).map((_, index) => index),
      [1, 1, 4, 4],
    );
    expect(aten.max_pool2d(images, [2, 2]).toArray()).toEqual([
      [
        [
          [5, 7],
          [13, 15],
        ],
      ],
    ]);
    expect(aten.max_pool2d(images, 2, 1).shape).toEqual([1, 1, 3, 3]);
  });

  test('a complex number is a value, not keywords', () => {
    const complex = tensor([0], { dtype: 'complex128' });
    const sum = aten.add(complex, { re: 1, im: 2 });
    expect(aten.view_as_real(sum).toArray()).toEqual([[1, 2]]);
  });

  test('lists the overloads when none fits', () => {
    expect(() => aten.relu('x' as never)).toThrow(
      'aten::relu: expected arguments to fit one of its overloads:\n  aten::relu(Tensor self) -> Tensor',
    );
  });

  test('suggests the nearest operator', () => {
    const misspelt = aten as unknown as Record<string, () => void>;
    expect(() => misspelt['sofmax']?.()).toThrow(
      'libtorch has no operator aten::sofmax. Did you mean "aten::softmax"?',
    );
  });
});

test('ops reaches operators of other namespaces', () => {
  const quantized = ops.aten.quantize_per_tensor(tensor([1, 2]), 0.5, 0, 'quint8');
  const [sum] = [ops.quantized.add(quantized, quantized, 0.5, 0)];
  expect(ops.aten.dequantize(sum).toArray()).toEqual([2, 4]);
});

test('memory that cannot be had is told as such, not by the name of a C++ type', () => {
  expect(() => empty([1e8, 1e8])).toThrow(/out of memory|allocate memory/); // 40 PB
});

test('operator gives one exact overload, arguments by position', () => {
  expect(operator('aten::add.Tensor')(tensor([1]), tensor([2]), 3).item()).toBe(7);
  expect(operator('aten::add.Tensor')).toBe(operator('aten::add.Tensor'));
  expect(() => operator('aten::add.Tenser')).toThrow(
    /^aten::add.Tenser: libtorch \S+ has no operator of this name and overload.$/,
  );
});
