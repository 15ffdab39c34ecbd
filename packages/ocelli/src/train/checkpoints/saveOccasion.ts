import type { Progress, StepEnded, TrainEvent } from '../record/events.ts';
import type { Totals } from '../../metrics/scores.ts';

/** When a run is saved, besides at its end and when it stops early. */
export interface SaveOccasions {
  /** After every so many steps of the run, at the next reading of its totals (a tenth of a second). @default never */
  everySteps?: number;
  /** After every so many epochs. @default 1 */
  everyEpochs?: number;
  /** Longest stretch of work, in seconds, that a killed process can lose within an epoch. @default 300 */
  everySeconds?: number;
}

/** Says of every event where the run stands, if it is an occasion to save. */
export function saveOccasions(options: SaveOccasions): (event: TrainEvent) => Progress | undefined {
  const { everySteps = Infinity, everyEpochs = 1, everySeconds = 300 } = options;
  let last = { step: 0, seconds: 0 };
  const isDue = ({ step, seconds }: StepEnded): boolean =>
    Math.floor(step / everySteps) > Math.floor(last.step / everySteps) ||
    seconds - last.seconds >= everySeconds;
  function standing(event: TrainEvent): Progress | undefined {
    if (event.type === 'runStopping') return event.progress;
    if (event.type === 'epochEnded') {
      const isLast = event.epoch === event.epochs;
      return isLast || event.epoch % everyEpochs === 0 ? event.progress : undefined;
    }
    if (event.type !== 'stepEnded' || event.totals === undefined) return undefined;
    // The last step of an epoch is followed by the epoch's own occasion, which counts its validation.
    const isLast = event.stepInEpoch === event.stepsPerEpoch;
    return !isLast && isDue(event) ? progressAt(event, event.totals) : undefined;
  }
  return (event) => {
    if (event.type === 'runStarted') last = event.from;
    const progress = standing(event);
    if (progress !== undefined) last = progress;
    return progress;
  };
}

function progressAt(event: StepEnded, totals: Totals): Progress {
  const { epoch, stepInEpoch, step, seconds } = event;
  return { epoch, stepInEpoch, step, seconds, totals };
}
