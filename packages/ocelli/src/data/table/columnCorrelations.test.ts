import { expect, test } from 'vitest';
import { columnCorrelations } from './columnCorrelations.ts';

test('correlations of ones and zeros are those of the formula', () => {
  // Columns 1100, 0011, 1000, 1111: the first two are opposites; the third has covariance
  // 1/4 − 1/2 · 1/4 = 1/8 with the first and deviations 1/2 and √3/4: 1/√3. The last never varies.
  const ones = Uint8Array.from([1, 0, 1, 1, 1, 0, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1]);
  const values = columnCorrelations(ones, 4);
  expect(values[1]).toBeCloseTo(-1, 10);
  expect(values[2]).toBeCloseTo(1 / Math.sqrt(3), 10);
  expect(values[0]).toBeCloseTo(1, 10);
  expect(values[3]).toBeNaN();
});
