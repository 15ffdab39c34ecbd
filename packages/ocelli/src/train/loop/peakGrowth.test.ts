import { expect, test } from 'vitest';
import { withPeakGrowth } from './peakGrowth.ts';

const megabyte = 1e6;
/** Touches every page, so that the memory is really there. */
const take = (megabytes: number): Buffer => Buffer.alloc(megabytes * megabyte, 1);

test.runIf(process.platform === 'linux')('memory is that of the work alone, at its largest', () => {
  const before = take(300); // which stays, and does not count
  const { result, bytes = NaN } = withPeakGrowth(() => take(200).length);
  expect([before.length, result]).toEqual([300 * megabyte, 200 * megabyte]);
  expect(bytes / megabyte).toBeGreaterThan(150); // some may have been there already
  expect(bytes / megabyte).toBeLessThan(300);
});
