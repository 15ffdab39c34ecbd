import { scoresOf } from '../metrics/scores.ts';
import type { EpochStarted, StepEnded } from '../train/record/events.ts';
import { type Output, usableColumns } from './output.ts';
import { barLine } from './progressBar.ts';

/** The bar of batches after a step, cut to the terminal; nothing for a step without totals. */
export function stepLine(event: StepEnded, epoch: EpochStarted, out: Output): string | undefined {
  if (event.totals === undefined) return undefined;
  const { loss, accuracy } = scoresOf(event.totals);
  const state = {
    done: event.stepInEpoch,
    total: event.stepsPerEpoch,
    seconds: event.seconds - epoch.seconds,
    timedSteps: event.stepInEpoch - epoch.stepInEpoch,
    loss,
    accuracy,
  };
  return barLine(state, usableColumns(out));
}
