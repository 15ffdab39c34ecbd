import { describe, expect, it } from 'vitest';

import { OptionError } from '../errors.ts';
import { constantSchedule, piecewiseLinear } from './schedule.ts';

describe('piecewiseLinear', () => {
  const lr = piecewiseLinear([
    [0, 0],
    [5, 0.4],
    [24, 0],
  ]);

  it('passes through its points and runs straight between them', () => {
    expect([0, 2.5, 5, 14.5, 24].map(lr)).toEqual([0, 0.2, 0.4, 0.2, 0]);
  });

  it('holds the first and the last value outside', () => {
    expect([-1, 25, 1e9].map(lr)).toEqual([0, 0, 0]);
    expect([-1, 0, 1].map(piecewiseLinear([[0, 3]]))).toEqual([3, 3, 3]);
  });

  it('does not change when its points do', () => {
    const points: [number, number][] = [
      [0, 1],
      [1, 1],
    ];
    const schedule = piecewiseLinear(points);
    points[0] = [0, 7];
    expect(schedule(0.5)).toBe(1);
  });

  it('refuses points that are none, do not rise or are no numbers', () => {
    expect(() => piecewiseLinear([])).toThrow(OptionError);
    expect(() => piecewiseLinear([[0, NaN]])).toThrow(OptionError);
    expect(() => piecewiseLinear([[1, 0], [1, 1]])).toThrow(
      'piecewiseLinear: expected points to be pairs of finite numbers, the first of each above that of the one before, got [[1,0],[1,1]].',
    ); // prettier-ignore
  });
});

it('constant gives its value everywhere', () => {
  expect([-1, 0, 1e9].map(constantSchedule(0.1))).toEqual([0.1, 0.1, 0.1]);
});
