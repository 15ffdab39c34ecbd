import type { TrainEvent } from './events.ts';

/** Hands an event to every consumer and waits until all have dealt with it. */
export type Emit = (event: TrainEvent) => Promise<void>;

/**
 * Something that listens to a run: a progress bar, a log, a saver.
 *
 * @param emit lets a consumer add events of its own (a saver says `checkpointSaved`).
 */
export type TrainEventConsumer = (event: TrainEvent, emit: Emit) => void | Promise<void>;

/**
 * Joins consumers to one function the loop can call.
 *
 * A consumer that throws does not stop training, and is not silent either: the others get a
 * `warning` with its message. A consumer that throws on a warning is left alone with it, else two
 * broken ones would warn each other for ever.
 */
export function createEmitter(consumers: readonly TrainEventConsumer[]): Emit {
  const emit: Emit = async (event) => {
    for (const consume of consumers) {
      try {
        await consume(event, emit);
      } catch (error) {
        if (event.type !== 'warning') await emit(failureOf(consume, event, error));
      }
    }
  };
  return emit;
}

function failureOf(consume: TrainEventConsumer, event: TrainEvent, error: unknown): TrainEvent {
  const reason = error instanceof Error ? error.message : String(error);
  const name = consume.name === '' ? 'a consumer' : consume.name;
  return { type: 'warning', message: `${name} failed on ${event.type}: ${reason}` };
}
