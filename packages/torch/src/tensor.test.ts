import { describe, expect, test } from 'vitest';

import { arange, tensor, zeros } from './create.ts';
import { checkDevice, cudaDeviceCount, cudaIsAvailable, synchronize } from './device.ts';
import type { Tensor } from './tensor.ts';
import { getNumThreads, setNumThreads } from './threads.ts';

// Values are worked out by hand; parity with PyTorch has its own suite.

const matrix = tensor([
  [3, 1, 2],
  [6, 5, 4],
]);

describe('metadata', () => {
  test('tells shape, strides, sizes and type', () => {
    const part = matrix.t();
    expect([part.shape, part.strides, part.dim, part.numel]).toEqual([[3, 2], [1, 3], 2, 6]);
    expect([part.dtype, part.device, part.isContiguous()]).toEqual(['float32', 'cpu', false]);
    expect(part.contiguous().isContiguous()).toBe(true);
  });

  test('channelsLast keeps the shape and reorders memory', () => {
    const images = zeros([2, 3, 4, 5]).to({ memoryFormat: 'channelsLast' });
    expect([images.shape, images.strides]).toEqual([
      [2, 3, 4, 5],
      [60, 1, 15, 3],
    ]);
    expect(images.isContiguous('channelsLast')).toBe(true);
    expect(images.clone({ memoryFormat: 'contiguous' }).isContiguous()).toBe(true);
    expect(images.contiguous({ memoryFormat: 'channelsLast' }).strides).toEqual(images.strides);
  });
});

describe('to', () => {
  test('converts, and returns the same elements when nothing changes', () => {
    expect(matrix.to({ dtype: 'int32' }).dtype).toBe('int32');
    const same = zeros([2]);
    same.to({ dtype: 'float32' }).fill_(1);
    expect(same.toArray()).toEqual([1, 1]);
    same.to({ copy: true }).fill_(2);
    expect(same.toArray()).toEqual([1, 1]);
    expect(() => same.to({ device: 'cuda' })).toThrow('aten::to.dtype_layout');
  });
});

describe('elements', () => {
  test('reach JavaScript as typed array, nested arrays or one number', () => {
    expect(matrix.t().toTypedArray()).toEqual(new Float32Array([3, 6, 1, 5, 2, 4]));
    expect(tensor([1.5], { dtype: 'bfloat16' }).toTypedArray()).toEqual(new Float32Array([1.5]));
    expect(tensor([true, false]).toTypedArray()).toEqual(new Uint8Array([1, 0]));
    expect(tensor(4).item()).toBe(4);
    expect([tensor(2n ** 53n - 1n).item(), tensor(true).item()]).toEqual([2 ** 53 - 1, 1]);
    expect(tensor(4).toArray()).toBe(4);
    expect(zeros([2, 0]).toArray()).toEqual([[], []]);
  });

  test('refuse what has no exact form', () => {
    expect(() => matrix.item()).toThrow(
      'item: expected a tensor of one element, got shape (2, 3).',
    );
    expect(() => tensor([2n ** 60n]).toArray()).toThrow(
      'toArray: expected elements to be exact as numbers, got 1152921504606846976.',
    );
    expect(() => tensor(2n ** 60n + 1n).item()).toThrow(
      'item: expected elements to be exact as numbers, got 1152921504606846977.',
    );
    expect(() => zeros([1], { dtype: 'complex64' }).item()).toThrow(
      'item: expected the element to be real, got complex64. Take aten.real or aten.imag first.',
    );
    expect(() => zeros([1], { dtype: 'complex64' }).toTypedArray()).toThrow(
      'toTypedArray: no typed array of JavaScript holds complex64.',
    );
  });
});

describe('options of methods', () => {
  const cases: [name: string, actual: () => Tensor, expected: unknown][] = [
    ['add alpha', () => tensor([1]).add(tensor([2]), { alpha: 3 }), [7]],
    ['sub alpha', () => tensor([1]).sub(tensor([2]), { alpha: 3 }), [-5]],
    ['add_ alpha', () => tensor([1]).add_(2, { alpha: 3 }), [7]],
    ['sub_ alpha', () => tensor([1]).sub_(tensor([2]), { alpha: 3 }), [-5]],
    ['clamp min', () => tensor([-1, 5]).clamp({ min: 0 }), [0, 5]],
    ['clamp max', () => tensor([-1, 5]).clamp({ max: 0 }), [-1, 0]],
    ['clamp_ both', () => tensor([-1, 5]).clamp_({ min: 0, max: 1 }), [0, 1]],
    ['sum dims', () => matrix.sum([0]), [9, 6, 6]],
    ['sum keepdim', () => matrix.sum([1], { keepdim: true }), [[6], [15]]],
    ['mean dims', () => matrix.mean([1]), [2, 5]],
    ['mean keepdim', () => matrix.mean([1], { keepdim: true }), [[2], [5]]],
    ['var correction', () => matrix.var([1], { correction: 0 }).mul(3).round(), [2, 2]],
    ['var default correction', () => matrix.var([1]), [1, 1]],
    ['std keepdim', () => matrix.std([1], { keepdim: true }), [[1], [1]]],
    ['std correction', () => tensor([0, 2]).std([0], { correction: 0 }), 1],
    ['amax dims', () => matrix.amax([0]), [6, 5, 4]],
    ['amax keepdim', () => matrix.amax([1], { keepdim: true }), [[3], [6]]],
    ['amin keepdim', () => matrix.amin([1], { keepdim: true }), [[1], [4]]],
    ['argmax dim', () => matrix.argmax(1), [0, 0]],
    ['argmax keepdim', () => matrix.argmax(1, { keepdim: true }), [[0], [0]]],
    ['argmax of all', () => matrix.argmax(), 3],
    ['argmin keepdim', () => matrix.argmin(1, { keepdim: true }), [[1], [2]]],
    ['topk dim', () => matrix.topk(1, { dim: 0 }).values, [[6, 5, 4]]],
    ['topk smallest', () => matrix.topk(1, { largest: false }).indices, [[1], [2]]],
    [
      'sort rising',
      () => matrix.sort().values,
      [
        [1, 2, 3],
        [4, 5, 6],
      ],
    ],
    [
      'sort falling',
      () => matrix.sort({ descending: true }).indices,
      [
        [0, 2, 1],
        [0, 1, 2],
      ],
    ],
    [
      'sort dim',
      () => matrix.sort({ dim: 0, descending: true }).values,
      [
        [6, 5, 4],
        [3, 1, 2],
      ],
    ],
    ['flatten dims', () => zeros([2, 3, 4]).flatten(1), zeros([2, 12]).toArray()],
    ['squeeze dim', () => zeros([1, 2, 1]).squeeze(0), [[0], [0]]],
    ['squeeze all', () => zeros([1, 2, 1]).squeeze(), [0, 0]],
    ['slice', () => arange({ end: 9 }).slice(0, { start: 1, end: -1, step: 3 }), [1, 4, 7]],
    ['chunk dim', () => matrix.chunk(3, 1)[1] as Tensor, [[1], [5]]],
    ['split dim', () => matrix.split(2, 1)[1] as Tensor, [[2], [4]]],
    ['unbind dim', () => matrix.unbind(1)[2] as Tensor, [2, 4]],
    ['scatter_ value', () => zeros([2]).scatter_(0, tensor([1n]), 5), [0, 5]],
    ['scatter_ tensor', () => zeros([2]).scatter_(0, tensor([1n]), tensor([7])), [0, 7]],
  ];
  test.each(cases)('%s', (_, actual, expected) => {
    expect(actual().toArray()).toEqual(expected);
  });
});

test('in-place methods return the tensor itself', () => {
  const target = zeros([2]);
  expect(target.add_(1)).toBe(target);
  expect(target.mul_(tensor([2, 3]))).toBe(target);
  expect(target.copy_(tensor([8, 9])).toArray()).toEqual([8, 9]);
  expect(target.div_(2).fill_(4).zero_()).toBe(target);
});

test('threads are set for the operators of this thread', () => {
  const before = getNumThreads();
  const told = [2, 1].map((count) => {
    setNumThreads(count);
    return getNumThreads();
  });
  setNumThreads(before);
  expect(told).toEqual([2, 1]);
  expect(() => setNumThreads(0)).toThrow(
    'setNumThreads: expected count to be a positive integer, got 0.',
  );
});

test('devices are named as PyTorch names them', () => {
  expect(checkDevice('test', 'cpu')).toBe('cpu');
  expect(() => checkDevice('test', 'gpu')).toThrow(
    'test: expected device to be cpu, cuda or cuda:N, got "gpu".',
  );
  expect(cudaIsAvailable()).toBe(cudaDeviceCount() > 0);
  expect(() => synchronize('cuda:99')).toThrow('synchronize: expected device to be one');
  synchronize('cpu');
});
