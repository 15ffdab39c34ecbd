import { OptionCheck } from '@ocelli/torch';
import { checkMomentum, type RateAndMomentum } from './oneCycle.ts';

/** One cycle up and down with a short tail far below, as first published. */
export interface OneCycleTailOptions {
  /** Highest learning rate, reached in the middle of the cycle when `scale` is 0.1. */
  max: number;
  /** Length of the run, in steps. */
  totalSteps: number;
  /** Share of the steps after the cycle, between 0 and 1. @default 0.1 */
  tail?: number;
  /** The cycle begins and ends at `max · scale`, and the tail ends at a hundredth of that. @default 0.1 */
  scale?: number;
  /** Lowest and highest momentum; the tail has the highest. @default [0.85, 0.95] */
  momentum?: readonly [low: number, high: number];
}

/**
 * With `mid = ⌊totalSteps · (1 − tail) / 2⌋`: up to step `mid` and down to `2 · mid` the learning rate is
 * `max · scale · (1 + share · (100 · scale − 1))`, share going from 0 to 1 and back; in the tail it is
 * `max · scale · (1 − 0.99 · p)`, p going from 0 to 1.
 *
 * @throws {OptionError} if an option is outside its range.
 * @see Smith 2018, https://arxiv.org/abs/1803.09820
 */
export function oneCycleTail(options: OneCycleTailOptions): RateAndMomentum {
  const check = new OptionCheck('oneCycleTail');
  check.read(options, ['max', 'totalSteps', 'tail', 'scale', 'momentum']);
  const { max, totalSteps, tail = 0.1, scale = 0.1, momentum = [0.85, 0.95] } = options;
  check.positive('max', max);
  check.integer('totalSteps', totalSteps, 4);
  if (!(tail > 0 && tail < 1)) throw check.error('tail', 'between 0 and 1', tail);
  check.positive('scale', scale);
  const [low, high] = checkMomentum(check, momentum);
  const mid = Math.max(1, Math.floor((totalSteps * (1 - tail)) / 2));
  /** 0 at both ends of the cycle and in the tail, 1 in the middle. */
  const shareAt = (step: number): number => Math.max(0, 1 - Math.abs(step - mid) / mid);
  const tailAt = (step: number): number =>
    Math.min(1, Math.max(0, step - 2 * mid) / (totalSteps - 2 * mid));
  return {
    lrAt: (step) => max * scale * (1 + shareAt(step) * (100 * scale - 1) - 0.99 * tailAt(step)),
    momentumAt: (step) => high - shareAt(step) * (high - low),
  };
}
