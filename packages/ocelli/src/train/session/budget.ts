import { OptionCheck } from '@ocelli/torch';
import type { TrainEventConsumer } from '../record/emitter.ts';

/** How long a run may take. */
export interface BudgetOptions {
  /** Minutes of work, earlier sessions of a resumed run included. @default without limit */
  minutes?: number;
  /** Training pictures looked at, each as often as it is. @default without limit */
  samples?: number;
}

/**
 * A consumer that asks a run to stop after the step with which its time or its pictures are used up.
 *
 * @throws {OptionError} if no limit is given, or one is not above 0.
 */
export function budget(options: BudgetOptions): TrainEventConsumer {
  const check = new OptionCheck('budget');
  check.read(options, ['minutes', 'samples']);
  const { minutes = Infinity, samples = Infinity } = options;
  if (minutes === Infinity && samples === Infinity) {
    throw check.error('options', '{ minutes } or { samples }', options);
  }
  if (!(minutes > 0)) throw check.error('minutes', 'above 0', minutes);
  if (!(samples > 0)) throw check.error('samples', 'above 0', samples);
  let trainCount = 0;
  return async function budget(event, emit) {
    if (event.type === 'runStarted') trainCount = event.trainCount;
    if (event.type !== 'stepEnded') return;
    const { epoch, stepInEpoch, stepsPerEpoch, seconds } = event;
    const seen = trainCount * (epoch - 1 + stepInEpoch / stepsPerEpoch);
    if (seconds >= 60 * minutes) {
      await emit({ type: 'stopRequested', why: `${minutes} minutes are used up` });
    } else if (seen >= samples) {
      await emit({ type: 'stopRequested', why: `${samples} pictures were looked at` });
    }
  };
}
