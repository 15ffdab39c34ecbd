import { noGrad, OcelliError, scope, stack, type Tensor } from '@ocelli/torch';
import type { BadStep } from '../record/events.ts';

/** Training produced a number that is not finite. */
export class NumericError extends OcelliError {
  /** The step it happened in, where the error is about one. */
  readonly badStep: BadStep | undefined;

  constructor(message: string, options?: ErrorOptions & { badStep?: BadStep }) {
    super('NUMERIC', message, options);
    this.badStep = options?.badStep;
  }
}

/** What the message about a bad step says of it. */
export interface StepFacts {
  /** Number of the step in the run, from 1. */
  readonly step: number;
  readonly lr: number;
  readonly batchSize: number;
  /** Names of the batch's samples; called only when something is wrong. */
  names(): readonly string[];
}

/** In the message; the event has them all. */
const namesShown = 5;

/**
 * Looks at the losses of steps and stops at the first that is not finite.
 *
 * On the CPU every loss is looked at before the weights change. On other devices that would make every
 * step wait, so losses are collected and read together every `interval` steps: then the weights may
 * have changed, but no file with them has been written, for saving looks first.
 */
export class LossWatch {
  readonly #interval: number;
  #waiting: { loss: Tensor; facts: StepFacts }[] = [];

  constructor(interval: number) {
    this.#interval = interval;
  }

  /** @throws {NumericError} if this or a collected loss is not finite. */
  observe(loss: Tensor, facts: StepFacts): void {
    this.#waiting.push({ loss: noGrad(() => loss.detach().clone().keep()), facts });
    if (this.#waiting.length >= this.#interval) this.check();
  }

  /** Reads the collected losses. @throws {NumericError} that names the first bad step. */
  check(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    if (waiting.length === 0) return;
    const losses = waiting.map(({ loss }) => loss);
    const values = scope(() => stack(losses).toArray()) as number[]; // one number a loss
    for (const loss of losses) loss.dispose();
    const bad = values.findIndex((value) => !Number.isFinite(value));
    const facts = waiting[bad]?.facts;
    if (facts !== undefined) throw notFinite(values[bad], facts, waiting.length === 1);
  }
}

function notFinite(value: number | undefined, facts: StepFacts, unchanged: boolean): NumericError {
  const { step, lr, batchSize } = facts;
  const names = facts.names();
  const shown = names.slice(0, namesShown).join(', ');
  const files = `batch of ${batchSize}: ${shown}${names.length > namesShown ? ', ...' : ''}`;
  const stopped = unchanged
    ? 'Stopped before the weights changed.'
    : 'Stopped; no weights were saved since.';
  return new NumericError(
    `step ${step}: expected the loss to be finite, got ${value} (lr ${lr}, ${files}). ` +
      `${stopped} Try a lower learning rate.`,
    { badStep: { step, lr, names } },
  );
}
