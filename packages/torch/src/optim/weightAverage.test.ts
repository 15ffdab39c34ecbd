import { expect, test } from 'vitest';
import { noGrad } from '../autograd.ts';
import { tensor } from '../create.ts';
import { BatchNorm2d } from '../nn/batchNorm.ts';
import { Linear } from '../nn/linear.ts';
import { parameter } from '../nn/parameter.ts';
import { WeightAverage } from './weightAverage.ts';

test('the average follows by 1 - decay, and the state changes only when it is applied', () => {
  const weight = parameter(tensor([1, -2]));
  const average = new WeightAverage([weight]);
  noGrad(() => weight.add_(4)); // 5, 2
  average.update(0.75); // 0.75·(1, -2) + 0.25·(5, 2)
  expect(weight.toArray()).toEqual([5, 2]);
  average.apply();
  expect(weight.toArray()).toEqual([2, -1]);
  noGrad(() => weight.add_(4)); // 6, 3
  average.update(0.5);
  average.apply();
  expect(weight.toArray()).toEqual([4, 1]);
});

test('a decay of 0 takes the state, one of 1 keeps the average', () => {
  const weight = parameter(tensor([1]));
  const average = new WeightAverage([weight]);
  noGrad(() => weight.fill_(8));
  average.update(0);
  noGrad(() => weight.fill_(3));
  average.update(1);
  average.apply();
  expect(weight.item()).toBe(8);
});

test('running statistics are averaged, counters of batches are not', () => {
  const norm = new BatchNorm2d(1); // mean 0, variance 1, no batches
  const average = new WeightAverage(norm.buffers());
  for (const buffer of norm.buffers()) noGrad(() => buffer.fill_(9));
  average.update(0.5);
  average.apply();
  expect(norm.buffers().map((buffer) => buffer.item())).toEqual([4.5, 5, 9]);
});

test('a decay above 1 is refused', () => {
  expect(() => {
    new WeightAverage([tensor([1])]).update(1.5);
  }).toThrow('WeightAverage: expected decay to be');
});

test('swap exchanges state and average, to the bit, and back', () => {
  const weight = parameter(tensor([1 / 3, -2]));
  const average = new WeightAverage([weight]);
  noGrad(() => weight.fill_(0.1));
  const trained = weight.toArray();
  average.swap();
  expect(weight.toArray()).toEqual(tensor([1 / 3, -2]).toArray());
  expect(average.average.map((one) => one.toArray())).toEqual([trained]);
  average.swap();
  expect(weight.toArray()).toEqual(trained);
});

test('a model that is converted later keeps its average', () => {
  const layer = new Linear(1, 1, { bias: false });
  noGrad(() => layer.weight.fill_(1));
  const average = new WeightAverage(layer.parameters());
  layer.to({ dtype: 'float64' });
  noGrad(() => layer.weight.fill_(5));
  average.update(0.75); // 0.75·1 + 0.25·5
  expect(average.average.map((one) => one.item())).toEqual([2]);
  average.apply();
  expect(layer.weight.item()).toBe(2);
});
