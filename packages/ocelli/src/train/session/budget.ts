import { OptionCheck } from '@ocelli/torch';
import type { TrainEventConsumer } from '../record/emitter.ts';
import type { StepEnded, TrainEvent } from '../record/events.ts';

/** How long a run may take. */
export interface BudgetOptions {
  /** Minutes of work, earlier sessions of a resumed run included. @default without limit */
  minutes?: number;
  /** Training pictures looked at, each as often as it is. @default without limit */
  samples?: number;
  /** Events of earlier sessions and stages, whose epochs may have had other pictures. @default [] */
  history?: readonly TrainEvent[];
}

/**
 * A consumer that asks a run to stop after the step with which its time or its pictures are used up.
 *
 * @throws {OptionError} if no limit is given, or one is not above 0.
 */
export function budget(options: BudgetOptions): TrainEventConsumer {
  const check = new OptionCheck('budget');
  check.read(options, ['minutes', 'samples', 'history']);
  const { minutes = Infinity, samples = Infinity, history = [] } = options;
  if (minutes === Infinity && samples === Infinity) {
    throw check.error('options', '{ minutes } or { samples }', options);
  }
  if (!(minutes > 0)) throw check.error('minutes', 'above 0', minutes);
  if (!(samples > 0)) throw check.error('samples', 'above 0', samples);
  const pictures = new PicturesSeen();
  for (const event of history) pictures.hear(event);
  return async function budget(event, emit) {
    pictures.hear(event);
    if (event.type !== 'stepEnded') return;
    if (event.seconds >= 60 * minutes) {
      await emit({ type: 'stopRequested', why: `${minutes} minutes are used up` });
    } else if (pictures.until(event) >= samples) {
      await emit({ type: 'stopRequested', why: `${samples} pictures were looked at` });
    }
  };
}

/** How often training pictures were looked at. Epochs of other stages may have other numbers of them. */
class PicturesSeen {
  #trainCount = 0;
  readonly #inEpoch = new Map<number, number>();

  hear(event: TrainEvent): void {
    if (event.type === 'runStarted') this.#trainCount = event.trainCount;
    if (event.type === 'epochEnded') this.#inEpoch.set(event.epoch, this.#trainCount);
  }

  /** Up to the end of a step. An epoch that nobody told of counts as the one in work. */
  until({ epoch, stepInEpoch, stepsPerEpoch }: StepEnded): number {
    let seen = (this.#trainCount * stepInEpoch) / stepsPerEpoch;
    for (let earlier = 1; earlier < epoch; earlier++) {
      seen += this.#inEpoch.get(earlier) ?? this.#trainCount;
    }
    return seen;
  }
}
