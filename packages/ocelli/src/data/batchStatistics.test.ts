import { liveTensorCount, tensor } from '@ocelli/torch';
import { expect, test } from 'vitest';
import { noisePictures } from '../../test/tinyTraining.ts';
import { batchStatistics } from './batchStatistics.ts';
import { channelStatistics } from './statistics.ts';

test('are those of all pixels of any loader, whatever the sizes of its batches', () => {
  const dataset = noisePictures(21);
  const { mean, std } = channelStatistics(dataset);
  const before = liveTensorCount();
  const found = batchStatistics(dataset.batches({ batchSize: 5 })); // the last has one picture
  expect(liveTensorCount()).toBe(before);
  expect(found.count).toBe(21);
  for (const c of [0, 1, 2]) {
    expect(found.mean[c]).toBeCloseTo(mean[c] ?? NaN, 9);
    expect(found.std[c]).toBeCloseTo(std[c] ?? NaN, 9);
  }
});

test('tell the deviation of all pixels from the mean of the deviations of each picture', () => {
  // One channel: a picture of 0 and 2, one of 10 and 14. Each deviates by 1 and 2; all four of mean 6.5 by
  // the root of (42.25 + 20.25 + 12.25 + 56.25) / 4.
  const batches = [[[[[0, 2]]]], [[[[10, 14]]]]].map((images) => ({ images: tensor(images) }));
  const { mean, std, meanImageStd } = batchStatistics(batches);
  expect(mean).toEqual([6.5]);
  expect(std[0]).toBeCloseTo(Math.sqrt(32.75), 12);
  expect(meanImageStd).toEqual([1.5]);
});

test('lose nothing where values are large and differ little', () => {
  const around = 1e8;
  const batches = [0, 1].map((d) => ({
    images: tensor([[[[around + d, around + d]]]], { dtype: 'float64' }),
  }));
  expect(batchStatistics(batches).std).toEqual([0.5]);
});

test('of nothing are refused', () => {
  expect(() => batchStatistics([])).toThrow(
    'batchStatistics: expected batches to be at least one, got [].',
  );
});
