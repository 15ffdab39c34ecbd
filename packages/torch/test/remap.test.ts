import { describe, expect, test } from 'vitest';
import {
  arange,
  type DType,
  Generator,
  operator,
  randint,
  tensor,
  type Tensor,
} from '../src/index.ts';

// Pixels are only moved, so every answer is exact and can be looked up in the source.

const remap = operator('ocelli::remap');

function positions(...rows: number[][]): Tensor {
  return tensor(rows, { dtype: 'int32' });
}

test('takes pixel (y, x) from (rows[y], columns[x])', () => {
  const image = tensor(
    [
      [0, 1, 2],
      [3, 4, 5],
    ],
    { dtype: 'uint8' },
  ).view([1, 1, 2, 3]);
  const moved: Tensor = remap(image, positions([1, 0, 1]), positions([2, 0]));
  expect(moved.shape).toEqual([1, 1, 3, 2]);
  expect(moved.flatten().toArray()).toEqual([5, 3, 2, 0, 5, 3]);
});

describe.each<DType>(['uint8', 'float16', 'float32', 'float64'])('%s', (dtype) => {
  test.each([1, 2, 3, 4, 5])(
    'moves pixels of %i channels, each image by places of its own',
    (channels) => {
      const [count, height, width] = [5, 7, 6];
      const generator = new Generator({ seed: channels });
      const draw = (high: number, length: number) =>
        randint({ high, shape: [count, length], dtype: 'int32', generator });
      const images = randint({ high: 200, shape: [count, channels, height, width], generator }).to({
        dtype,
      });
      const [rows, columns] = [draw(height, 9), draw(width, 8)];
      const moved: Tensor = remap(images, rows, columns);
      const [source, y, x] = [images, rows, columns].map((one) => one.contiguous().toTypedArray());
      const named = (moved.toArray() as number[][][][]).map((image, n) =>
        image.map((plane, c) =>
          plane.map((line, i) =>
            line.map((_, j) => {
              const row = (n * channels + c) * height + Number(y?.[9 * n + i]);
              return source?.[row * width + Number(x?.[8 * n + j])];
            }),
          ),
        ),
      );
      expect(moved.toArray()).toEqual(named);
      expect(moved.dtype).toBe(dtype);
      expect(moved.isContiguous('channelsLast')).toBe(true);
    },
  );
});

test('takes one row of places for all images', () => {
  const images = arange({ end: 12 }).view([2, 1, 2, 3]);
  const moved: Tensor = remap(images, positions([1]), positions([2, 1, 0]));
  expect(moved.flatten().toArray()).toEqual([5, 4, 3, 11, 10, 9]);
});

test('leads gradients back to where the pixels came from', () => {
  const images = arange({ end: 6 }).view([1, 1, 2, 3]).requiresGrad_();
  const moved: Tensor = remap(images, positions([0, 0]), positions([2, 1]));
  moved.sum().backward();
  expect(images.grad?.flatten().toArray()).toEqual([0, 2, 2, 0, 0, 0]);
});

describe('refuses', () => {
  const images = arange({ end: 12 }).view([2, 1, 2, 3]);

  test.each([
    ['a row beyond the image', positions([2]), positions([0]), 'rows to be from 0 to 1'],
    ['a column before it', positions([0]), positions([-1]), 'columns to be from 0 to 2'],
    [
      'places of another count',
      positions([0], [0], [0]),
      positions([0]),
      'rows to be int32 of (2 or 1',
    ],
    ['places of another type', tensor([[0]]), positions([0]), 'rows to be int32'],
  ])('%s', (_, rows, columns, message) => {
    expect(() => remap(images, rows, columns)).toThrow(message);
  });
});
