import { OptionCheck } from '@ocelli/torch';
import type { Schedule } from './schedule.ts';

/** A learning rate and, going the other way, a momentum. */
export interface RateAndMomentum {
  readonly lrAt: Schedule;
  readonly momentumAt: Schedule;
}

/** One cycle with a chosen peak, as in fast.ai and PyTorch. */
export interface OneCycleOptions {
  /** Highest learning rate. */
  max: number;
  /** Length of the run, in steps. */
  totalSteps: number;
  /** Share of the steps before the peak, between 0 and 1. @default 0.3 */
  peak?: number;
  /** Shape of both slopes. @default 'cosine' */
  anneal?: 'cosine' | 'linear';
  /** The first learning rate is `max / divFactor`. @default 25 */
  divFactor?: number;
  /** The last learning rate is the first one over this. @default 10000 */
  finalDivFactor?: number;
  /** Lowest and highest momentum; the lowest is at the peak. @default [0.85, 0.95] */
  momentum?: readonly [low: number, high: number];
}

/**
 * Up from `max / divFactor` to `max` at step `peak · totalSteps − 1`, then down to
 * `max / divFactor / finalDivFactor` at the last step; the momentum falls and rises again.
 *
 * @throws {OptionError} if an option is outside its range.
 * @see Smith and Topin 2018, https://arxiv.org/abs/1708.07120
 */
export function oneCycle(options: OneCycleOptions): RateAndMomentum {
  const check = new OptionCheck('oneCycle');
  const { max, totalSteps, peak = 0.3, anneal = 'cosine' } = check.read(options, KEYS);
  const { divFactor = 25, finalDivFactor = 1e4, momentum = [0.85, 0.95] } = options;
  check.positive('max', max);
  check.integer('totalSteps', totalSteps, 2);
  if (!(peak > 0 && peak < 1)) throw check.error('peak', 'between 0 and 1', peak);
  check.oneOf('anneal', anneal, ['cosine', 'linear']);
  check.positive('divFactor', divFactor);
  check.positive('finalDivFactor', finalDivFactor);
  const [low, high] = checkMomentum(check, momentum);
  const [top, last] = [peak * totalSteps - 1, totalSteps - 1];
  const between = anneal === 'cosine' ? cosine : straight;
  const twoSlopes =
    ([start, middle, end]: readonly [number, number, number]): Schedule =>
    (step) =>
      step <= top
        ? between(start, middle, top === 0 ? 1 : step / top)
        : between(middle, end, Math.min(1, (step - top) / (last - top)));
  const first = max / divFactor;
  return {
    lrAt: twoSlopes([first, max, first / finalDivFactor]),
    momentumAt: twoSlopes([high, low, high]),
  };
}

const KEYS = [
  'max',
  'totalSteps',
  'peak',
  'anneal',
  'divFactor',
  'finalDivFactor',
  'momentum',
] as const;

/** @throws {OptionError} if it is no pair of rising numbers from 0 to below 1. */
export function checkMomentum(
  check: OptionCheck,
  momentum: readonly [low: number, high: number],
): readonly [low: number, high: number] {
  const [low = NaN, high = NaN] = Array.isArray(momentum) ? (momentum as number[]) : [];
  if (low >= 0 && low <= high && high < 1) return [low, high];
  throw check.error('momentum', 'two rising numbers from 0 to below 1', momentum);
}

function straight(from: number, to: number, share: number): number {
  return from + (to - from) * share;
}

function cosine(from: number, to: number, share: number): number {
  return to + ((from - to) / 2) * (1 + Math.cos(Math.PI * share));
}
