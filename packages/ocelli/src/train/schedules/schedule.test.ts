import { expect, test } from 'vitest';
import { peakEpochOf, triangle } from './schedule.ts';

test('the 20-epoch triangle has the published values at its epochs', () => {
  const lr = triangle({ epochs: 20, stepsPerEpoch: 98, peak: 0.4 });
  const published = [0, 0.08, 0.16, 0.24, 0.32, 0.4, 0.4 - 0.4 / 15];
  published.forEach((value, epoch) => expect(lr(epoch * 98)).toBeCloseTo(value, 12));
  expect(lr(20 * 98)).toBe(0);
  expect(lr(49)).toBeCloseTo(0.04, 12); // half an epoch: evaluated per step, not per epoch
});

test.each([
  [1, 0.5],
  [2, 0.75],
  [3, 1],
  [6, 1],
  [7, 2],
  [20, 5],
  [24, 6],
])('a run of %i epochs peaks at epoch %f', (epochs, peak) => {
  expect(peakEpochOf(epochs)).toBe(peak);
});

test('a one-epoch triangle warms up, reaches its peak and comes down', () => {
  const lr = triangle({ epochs: 1, stepsPerEpoch: 98, peak: 0.4 });
  expect([0, 49, 98].map(lr)).toEqual([0, 0.4, 0]);
});

test('a chosen peak epoch moves the peak, and must lie inside the run', () => {
  const lr = triangle({ epochs: 4, stepsPerEpoch: 10, peak: 1, peakEpoch: 3 });
  expect(lr(30)).toBe(1);
  expect(() => triangle({ epochs: 4, stepsPerEpoch: 10, peak: 1, peakEpoch: 4 })).toThrow(
    'triangle: expected peakEpoch to be between 0 and epochs (4), got 4.',
  );
});
