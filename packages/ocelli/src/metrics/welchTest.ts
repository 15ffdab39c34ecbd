import { OptionError } from '@ocelli/torch';
import { sum } from './ratio.ts';
import { studentTTails } from './studentT.ts';

/** Mean, spread and number of some values. */
export interface Spread {
  readonly mean: number;
  /** Of a sample (divisor n − 1); 0 of one value. */
  readonly deviation: number;
  readonly n: number;
}

/** Whether two groups of values differ by more than their spread explains. */
export interface WelchTest {
  /** Mean of the first group less that of the second. */
  readonly difference: number;
  readonly t: number;
  /** Degrees of freedom, after Welch and Satterthwaite. */
  readonly degrees: number;
  /** How likely so large a difference would be, on either side, if the groups had one mean. */
  readonly p: number;
}

/** Mean and deviation of some values, as a sample. @throws {OptionError} if there is no value. */
export function spreadOf(values: readonly number[]): Spread {
  const n = values.length;
  if (n === 0) throw new OptionError('spreadOf: expected at least one value, got none.');
  const mean = sum(values) / n;
  const squares = sum(values.map((value) => (value - mean) ** 2));
  return { mean, n, deviation: n > 1 ? Math.sqrt(squares / (n - 1)) : 0 };
}

/**
 * Welch's test for two means of groups that need not have one variance.
 *
 * @returns nothing where it says nothing: a group of one value, or no spread at all.
 * @see Welch 1947, The generalization of Student's problem when several different population variances
 *   are involved
 */
export function welchTest(first: Spread, second: Spread): WelchTest | undefined {
  if (first.n < 2 || second.n < 2) return undefined;
  const [a, b] = [first.deviation ** 2 / first.n, second.deviation ** 2 / second.n];
  if (a + b === 0) return undefined;
  const difference = first.mean - second.mean;
  const t = difference / Math.sqrt(a + b);
  const degrees = (a + b) ** 2 / (a ** 2 / (first.n - 1) + b ** 2 / (second.n - 1));
  return { difference, t, degrees, p: studentTTails(t, degrees) };
}
