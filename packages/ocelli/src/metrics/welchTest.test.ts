import { expect, test } from 'vitest';
import { studentTTails } from './studentT.ts';
import { spreadOf, welchTest } from './welchTest.ts';

// Expected values: SciPy 1.x, 2 * stats.t.sf(t, degrees).
test.each([
  [0.3, 2.7, 0.7857665326944482],
  [2.228, 10, 0.05001177181711132],
  [8, 3.5, 0.002277326444720478],
  [1.96, 1e4, 0.05002352023183303],
  [0.001, 40, 0.9992070862860574],
  [30, 60, 7.961667948569781e-38],
])('both tails of t = %d with %d degrees of freedom hold %d', (t, degrees, expected) => {
  expect(studentTTails(t, degrees) / expected).toBeCloseTo(1, 11);
  expect(studentTTails(-t, degrees)).toBe(studentTTails(t, degrees));
});

test('one and two degrees of freedom have closed forms', () => {
  for (const t of [0, 0.1, 1, 12.706, 1000]) {
    expect(studentTTails(t, 1)).toBeCloseTo(1 - (2 / Math.PI) * Math.atan(t), 12);
    expect(studentTTails(t, 2)).toBeCloseTo(1 - t / Math.sqrt(2 + t * t), 12);
  }
});

test("Welch's test gives SciPy's t, degrees of freedom and p", () => {
  // stats.ttest_ind(first, second, equal_var=False)
  const first = spreadOf([94.1, 94.4, 93.9]);
  const second = spreadOf([93.2, 93.9, 93.5, 93.3]);
  const test = welchTest(first, second);
  expect(first).toEqual({
    mean: expect.closeTo(94.1333, 4) as number,
    deviation: expect.closeTo(0.25166, 5) as number,
    n: 3,
  });
  expect(test?.t).toBeCloseTo(3.101021254316403, 10);
  expect(test?.degrees).toBeCloseTo(4.904358254835073, 10);
  expect(test?.p).toBeCloseTo(0.027521916024740745, 12);
  expect(test?.difference).toBeCloseTo(first.mean - second.mean, 12);
});

test('a single value or no spread at all says nothing about significance', () => {
  expect(welchTest(spreadOf([1]), spreadOf([1, 2]))).toBeUndefined();
  expect(welchTest(spreadOf([1, 1]), spreadOf([2, 2]))).toBeUndefined();
});
