import { optionError } from '@ocelli/torch';
import type { Schedule } from './schedule.ts';

/** A schedule that holds from a step on. */
export interface Stretch {
  readonly from: number;
  /** Counts from the beginning of the stretch. */
  readonly schedule: Schedule;
}

/**
 * One schedule after another, each counted from its own beginning: a cycle begun anew with other
 * bounds, a warm-up before anything.
 *
 * @throws {OptionError} if the stretches do not begin at step 0 and rise from there.
 */
export function sequence(stretches: readonly Stretch[]): Schedule {
  const begins = stretches.map(({ from }) => from);
  if (
    begins[0] !== 0 ||
    begins.some((from, index) => index > 0 && !(from > (begins[index - 1] ?? 0)))
  ) {
    throw optionError('sequence', 'stretches', 'from rising steps, the first from 0', begins);
  }
  return (step) => {
    const stretch = stretches.findLast(({ from }) => from <= step) ?? stretches[0];
    if (stretch === undefined) throw new Error('internal: a sequence of nothing');
    return stretch.schedule(step - stretch.from);
  };
}
