import { optionError } from '@ocelli/torch';
import type { Schedule } from '../schedules/schedule.ts';

/** The learning rates that a finder tries. */
export interface SweepOptions {
  /** First learning rate. @default 1e-6 */
  from?: number;
  /** Last learning rate. @default 10 */
  to?: number;
  /** How many. @default 100 */
  steps?: number;
  /** Equal ratios or equal differences from one to the next. @default 'exponential' */
  spacing?: 'exponential' | 'linear';
}

/**
 * Exponential: `from · (to / from)^(k / (steps − 1))`; linear: `from + (to − from) · k / (steps − 1)`.
 *
 * @throws {OptionError} unless `from` is above 0 and below `to`.
 */
export function sweep({ from, to, steps, spacing }: Required<SweepOptions>): Schedule {
  if (!(from > 0 && to > from && Number.isFinite(to))) {
    throw optionError('findLearningRate', 'from and to', 'rising numbers above 0', [from, to]);
  }
  if (spacing === 'exponential') return (step) => from * (to / from) ** (step / (steps - 1));
  return (step) => from + ((to - from) * step) / (steps - 1);
}
