import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, describe, expect, test } from 'vitest';

import {
  arange,
  cat,
  empty,
  emptyLike,
  eye,
  fromTypedArray,
  full,
  linspace,
  mappedFile,
  ones,
  onesLike,
  rand,
  randint,
  randperm,
  stack,
  tensor,
  zeros,
  zerosLike,
} from './create.ts';
import { Generator } from './random.ts';

describe('tensor', () => {
  test('takes its shape and dtype from the data', () => {
    expect(tensor([[1, 2, 3]]).shape).toEqual([1, 3]);
    expect(tensor([1, 2]).dtype).toBe('float32');
    expect(tensor([true]).dtype).toBe('bool');
    expect(tensor([2n ** 60n]).dtype).toBe('int64');
    expect(tensor([]).shape).toEqual([0]);
    expect(tensor([2n ** 60n]).toTypedArray()).toEqual(new BigInt64Array([2n ** 60n]));
  });

  test('takes options', () => {
    const made = tensor([1, 2], { dtype: 'float64', requiresGrad: true });
    expect([made.dtype, made.requiresGrad]).toEqual(['float64', true]);
    expect(tensor([1.7], { dtype: 'int32' }).toArray()).toEqual([1]);
  });

  test('refuses ragged rows, unknown dtypes and devices', () => {
    expect(() => tensor([[1, 2], [3]])).toThrow(
      'tensor: expected nested arrays of equal length, got 1 where 2 was due at depth 1.',
    );
    expect(() => tensor([1, [2]])).toThrow('got 1 where a number was due at depth 1.');
    expect(() => zeros([1], { dtype: 'float' as never })).toThrow(
      'full: expected dtype to be one of float32, float64, float16, bfloat16, uint8, int8, int16, int32, int64, bool, complex64, complex128, got "float".',
    );
    expect(() => zeros([1], { device: 'cuda:9' })).toThrow(
      'full: expected device to be one that libtorch has',
    );
  });
});

describe('fromTypedArray', () => {
  test('knows every array that libtorch has a dtype for', () => {
    const arrays = [
      new Float32Array([1]),
      new Float64Array([1]),
      new Uint8Array([1]),
      new Uint8ClampedArray([1]),
      new Int8Array([1]),
      new Int16Array([1]),
      new Int32Array([1]),
      new BigInt64Array([1n]),
    ];
    const dtypes = arrays.map((array) => fromTypedArray(array, [1]).dtype);
    expect(dtypes).toEqual([
      'float32',
      'float64',
      'uint8',
      'uint8',
      'int8',
      'int16',
      'int32',
      'int64',
    ]);
    expect(() => fromTypedArray(new Uint16Array(1), [1])).toThrow(
      'fromTypedArray: libtorch has no dtype for Uint16Array.',
    );
  });

  test('starts at the array, not at its buffer', () => {
    const part = new Float32Array([1, 2, 3, 4]).subarray(2);
    expect(fromTypedArray(part, [2]).toArray()).toEqual([3, 4]);
  });

  test('converts and copies when asked', () => {
    const array = new Float32Array([1, 2]);
    const copy = fromTypedArray(array, [2], { copy: true });
    array[0] = 9;
    expect(copy.toArray()).toEqual([1, 2]);
    expect(fromTypedArray(array, [2], { dtype: 'float64' }).dtype).toBe('float64');
  });

  test('keeps memory that it lent from being transferred away', () => {
    const array = new Float32Array([1, 2]);
    const lent = fromTypedArray(array, [2]);
    try {
      structuredClone(array.buffer, { transfer: [array.buffer] });
    } catch (error) {
      expect((error as Error).name).toBe('DataCloneError'); // Node 20 copies instead
    }
    expect([array.length, lent.toArray()]).toEqual([2, [1, 2]]);
    const free = new Float32Array([3]);
    const copy = fromTypedArray(free, [1], { copy: true });
    structuredClone(free.buffer, { transfer: [free.buffer] });
    expect([free.length, copy.toArray()]).toEqual([0, [3]]);
  });

  test('refuses memory that other threads write or that may move', () => {
    const rule = 'fromTypedArray: expected an array in memory of its own and of fixed size, got ';
    const shared = new Float32Array(new SharedArrayBuffer(4));
    expect(() => fromTypedArray(shared, [1])).toThrow(`${rule}a SharedArrayBuffer.`);
    const resizable = new Float32Array(Reflect.construct(ArrayBuffer, [4, { maxByteLength: 8 }]));
    expect(() => fromTypedArray(resizable, [1])).toThrow(`${rule}a resizable ArrayBuffer.`);
  });

  test('refuses a shape of another size', () => {
    expect(() => fromTypedArray(new Float32Array(5), [2, 3])).toThrow(
      'fromTypedArray: expected 6 elements for shape (2, 3), got 5.',
    );
  });
});

describe('mappedFile', () => {
  const folder = mkdtempSync(join(tmpdir(), 'ocelli-'));
  afterAll(() => rmSync(folder, { recursive: true }));
  const path = join(folder, 'bytes');
  writeFileSync(path, Uint8Array.from([1, 2, 3, 4, 5, 6]));

  test('gives the bytes of the file, and writing leaves the file alone', () => {
    const mapped = mappedFile(path, { dtype: 'uint8', shape: [2, 3] });
    expect(mapped.toArray()).toEqual([
      [1, 2, 3],
      [4, 5, 6],
    ]);
    mapped.zero_();
    expect([...readFileSync(path)]).toEqual([1, 2, 3, 4, 5, 6]);
  });

  test('refuses a file that is missing or too short', () => {
    expect(() => mappedFile(path, { dtype: 'float32', shape: [2] })).toThrow('aten::from_file');
    expect(() => mappedFile(`${path}-none`, { dtype: 'uint8', shape: [2] })).toThrow('from_file');
    expect(mappedFile(path, { dtype: 'uint8', shape: [0, 3] }).shape).toEqual([0, 3]);
  });
});

test('filled tensors', () => {
  expect(zeros([2]).toArray()).toEqual([0, 0]);
  expect(ones([1, 2], { dtype: 'int64' }).toArray()).toEqual([[1, 1]]);
  expect(full([2], 2.5, { requiresGrad: true }).requiresGrad).toBe(true);
  expect(eye(2, { dtype: 'float64' }).toArray()).toEqual([
    [1, 0],
    [0, 1],
  ]);
});

test('like tensors take after the given one unless told otherwise', () => {
  const images = empty([2, 3, 4, 5], { memoryFormat: 'channelsLast', dtype: 'float64' });
  expect(images.isContiguous('channelsLast')).toBe(true);
  expect(zerosLike(images).strides).toEqual(images.strides);
  expect(onesLike(images, { dtype: 'uint8', memoryFormat: 'contiguous' }).strides).toEqual([
    60, 20, 5, 1,
  ]);
  expect(emptyLike(images).dtype).toBe('float64');
});

test('ranges', () => {
  expect(arange({ end: 3 }).toArray()).toEqual([0, 1, 2]);
  expect(arange({ start: 1, end: 6, step: 2 }, { dtype: 'int64' }).toArray()).toEqual([1, 3, 5]);
  expect(linspace({ start: 0, end: 1, steps: 5 }).toArray()).toEqual([0, 0.25, 0.5, 0.75, 1]);
});

test('ranges, identities and draws record operations where they are asked to', () => {
  const options = { dtype: 'float32', requiresGrad: true } as const;
  const made = [
    arange({ end: 3 }, options),
    linspace({ start: 0, end: 1, steps: 3 }, options),
    eye(2, options),
    randint({ high: 3, shape: [2], ...options }),
    randperm(3, options),
  ];
  expect(made.map(({ requiresGrad, isLeaf }) => requiresGrad && isLeaf)).toEqual(
    made.map(() => true),
  );
  expect(randperm(3).requiresGrad).toBe(false);
  expect(() => randperm(3, { requiresGrad: true })).toThrow(
    /floating point and complex dtype can require gradients/,
  );
});

test('joins', () => {
  const [a, b] = [tensor([1, 2]), tensor([3, 4])];
  expect(cat([a, b]).toArray()).toEqual([1, 2, 3, 4]);
  expect(stack([a, b], 1).toArray()).toEqual([
    [1, 3],
    [2, 4],
  ]);
});

test('random tensors draw from the generator they are given', () => {
  const draw = (seed: number): unknown =>
    rand([3], { generator: new Generator({ seed }) }).toArray();
  expect(draw(1)).toEqual(draw(1));
  expect(draw(1)).not.toEqual(draw(2));
});
