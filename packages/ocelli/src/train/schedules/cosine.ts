import { OptionCheck } from '@ocelli/torch';
import type { Schedule } from './schedule.ts';

/** A warm-up and half a cosine. */
export interface CosineOptions {
  /** Learning rate after the warm-up. */
  max: number;
  /** Length of the run, in steps. */
  totalSteps: number;
  /** Steps of the warm-up. @default 0 */
  warmupSteps?: number;
  /** Learning rate at the first step of the warm-up, as a share of `max`. @default 0 */
  from?: number;
  /** Learning rate where the run ends, as a share of `max`. @default 0 */
  to?: number;
}

/**
 * A straight line from `from · max` up to `max` in `warmupSteps`, then
 * `to · max + (1 − to) · max · (1 + cos(π · t)) / 2`, t going from 0 to 1 where the run ends.
 *
 * @throws {OptionError} if an option is outside its range, or `from` has no warm-up to belong to.
 * @see Loshchilov and Hutter 2017, https://arxiv.org/abs/1608.03983
 */
export function cosine(options: CosineOptions): Schedule {
  const check = new OptionCheck('cosine');
  check.read(options, ['max', 'totalSteps', 'warmupSteps', 'from', 'to']);
  const { max, totalSteps, warmupSteps = 0, from = 0, to = 0 } = options;
  check.positive('max', max);
  check.integer('totalSteps', totalSteps, 1);
  if (!(warmupSteps >= 0 && warmupSteps < totalSteps)) {
    throw check.error('warmupSteps', `from 0 to below totalSteps (${totalSteps})`, warmupSteps);
  }
  if (options.from !== undefined && warmupSteps === 0) {
    throw check.error('from', 'left out without a warm-up', from);
  }
  check.number('from', from, [0, 1]);
  check.number('to', to, [0, 1]);
  return (step) => {
    if (step < warmupSteps) return max * (from + ((1 - from) * step) / warmupSteps);
    const t = Math.min(1, (step - warmupSteps) / (totalSteps - warmupSteps));
    return max * (to + ((1 - to) * (1 + Math.cos(Math.PI * t))) / 2);
  };
}
