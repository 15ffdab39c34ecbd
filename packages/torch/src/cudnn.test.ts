import { expect, it } from 'vitest';
import { cudnnBenchmark, setCudnnBenchmark } from './cudnn.ts';

it('is off until it is set', () => {
  expect(cudnnBenchmark()).toBe(false);
  setCudnnBenchmark(true);
  expect(cudnnBenchmark()).toBe(true);
  setCudnnBenchmark(false);
  expect(cudnnBenchmark()).toBe(false);
});
