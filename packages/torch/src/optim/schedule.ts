import { optionError } from '../errors.ts';

/** A value for each step or epoch, whole or fractional: a learning rate, a momentum, a strength. */
export type Schedule = (at: number) => number;

/** The same value always. */
export function constantSchedule(value: number): Schedule {
  return () => value;
}

/**
 * Straight lines from point to point; before the first and after the last point, its value.
 *
 * @param points `[at, value]`, with rising `at`.
 * @throws {OptionError} if there is no point, a number is not finite, or `at` does not rise.
 * @example
 * // DavidNet, in epochs: up to 0.4 at epoch 5, down to 0 at epoch 24.
 * const lr = piecewiseLinear([[0, 0], [5, 0.4], [24, 0]]);
 */
export function piecewiseLinear(
  points: readonly (readonly [at: number, value: number])[],
): Schedule {
  const rises = points.every(([at], index) => index === 0 || at > (points[index - 1]?.[0] ?? at));
  if (points.length === 0 || !rises || !points.flat().every(Number.isFinite)) {
    const rule = 'pairs of finite numbers, the first of each above that of the one before';
    throw optionError('piecewiseLinear', 'points', rule, points);
  }
  const copy = points.map(([at, value]) => ({ at, value }));
  return (at) => interpolate(copy, at);
}

interface Point {
  at: number;
  value: number;
}

function interpolate(points: readonly Point[], at: number): number {
  const after = points.findIndex((point) => point.at > at);
  if (after < 0) return (points.at(-1) as Point).value; // one point at least
  const [left, right] = [points[after - 1], points[after] as Point];
  if (left === undefined) return right.value;
  const share = (at - left.at) / (right.at - left.at);
  return left.value + share * (right.value - left.value);
}
