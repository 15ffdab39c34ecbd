import { expect, test } from 'vitest';
import { ones, tensor } from '../create.ts';
import { ShapeError } from '../errors.ts';
import { BatchNorm1d } from './batchNorm1d.ts';

test('normalises every feature over the batch, and moves the statistics a tenth of the way', () => {
  const norm = new BatchNorm1d(2, { eps: 0 });
  // Means 2 and 4, variances 1 and 4 (2 and 8 unbiased).
  const output = norm.forward(
    tensor([
      [1, 2],
      [3, 6],
    ]),
  );
  expect(output.toArray()).toEqual([
    [-1, -1],
    [1, 1],
  ]);
  const state = norm.stateDict();
  const values = (key: string): number[] =>
    Array.from(state.get(key)?.toTypedArray() ?? [], Number);
  expect(values('running_mean')[0]).toBeCloseTo(0.2);
  expect(values('running_mean')[1]).toBeCloseTo(0.4);
  expect(values('running_var')[0]).toBeCloseTo(0.9 + 0.2);
  expect(values('running_var')[1]).toBeCloseTo(0.9 + 0.8);
  expect(values('num_batches_tracked')).toEqual([1]);
});

test('uses the running statistics in evaluation', () => {
  const norm = new BatchNorm1d(2, { eps: 0 }).eval();
  expect(norm.forward(tensor([[3, 5]])).toArray()).toEqual([[3, 5]]);
});

test('refuses what has not two dimensions', () => {
  expect(() => new BatchNorm1d(2).forward(ones([1, 2, 4, 4]))).toThrow(
    new ShapeError('BatchNorm1d: expected features to be (N, C), got (1, 2, 4, 4).'),
  );
});
