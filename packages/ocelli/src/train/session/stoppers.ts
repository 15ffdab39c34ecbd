import { budget } from './budget.ts';
import { earlyStopping } from './earlyStopping.ts';
import type { Emit, TrainEventConsumer } from '../record/emitter.ts';
import type { TrainEvent } from '../record/events.ts';
import type { Experiment } from '../experiment/experiment.ts';
import { epochsOf } from '../record/history.ts';

interface Known {
  /** Figures whose mean patience watches. */
  readonly monitor: readonly string[];
  /** The record of the whole run until now. */
  readonly history: readonly TrainEvent[];
  /** Where the stage begins: patience does not look before it. */
  readonly firstEpoch: number;
}

/** What ends a stage before its last epoch, or a whole run. */
export class Stoppers {
  readonly consumers: readonly TrainEventConsumer[];
  #asked = 0;
  #outOfPatience = 0;

  constructor(
    { patience, minDelta, budgetMinutes, budgetSamples }: Experiment,
    { monitor, history, firstEpoch }: Known,
  ) {
    const ofStage = epochsOf(history).filter(({ epoch }) => epoch >= firstEpoch);
    const patient =
      patience === null
        ? undefined
        : earlyStopping({ monitor, history: ofStage, patience, minDelta: minDelta ?? 0 });
    this.consumers = [
      ...(patient ? [this.#counting(patient)] : []),
      ...(budgetMinutes !== null ? [budget({ minutes: budgetMinutes })] : []),
      ...(budgetSamples !== null ? [budget({ samples: budgetSamples, history })] : []),
      (event) => void (event.type === 'stopRequested' && this.#asked++),
    ];
  }

  /** Whether patience alone asked for the end: other stages may follow. */
  get isOutOfPatience(): boolean {
    return this.#outOfPatience > 0 && this.#outOfPatience === this.#asked;
  }

  #counting(patient: TrainEventConsumer): TrainEventConsumer {
    return async (event: TrainEvent, emit: Emit) => {
      await patient(event, async (own) => {
        if (own.type === 'stopRequested') this.#outOfPatience++;
        await emit(own);
      });
    };
  }
}
