import { type Device, manualSeed, optionError } from '@ocelli/torch';
import { mixSeed } from '../../data/randomOrder.ts';
import { RunningTotals } from '../../metrics/runningTotals.ts';
import { noTotals, type Scores, scoresOf } from '../../metrics/scores.ts';
import { countParameters } from '../../models/countParameters.ts';
import { createEmitter, type Emit, type TrainEventConsumer } from '../record/emitter.ts';
import type { AveragedWeights } from './averagedWeights.ts';
import { checkFigures, usualFigures } from '../../metrics/bestFigure.ts';
import { evaluate, type EvaluateOptions } from '../evaluation/evaluate.ts';
import { eventLoopTurn } from '../evaluation/eventLoopTurn.ts';
import {
  atTheBeginning,
  type BadStep,
  type Progress,
  type RunEnded,
  type TrainEvent,
} from '../record/events.ts';
import { trainUnfrozen } from './freezing.ts';
import { LossWatch, NumericError } from './lossWatch.ts';
import { type RateOptions, Rates, type StepRates } from './rates.ts';
import {
  type Batch,
  disposeBatch,
  type EvaluationData,
  type TrainingData,
} from '../batches/trainingData.ts';
import { type StepParts, trainStep } from './trainStep.ts';

/** Everything that `fit` trains with. */
export interface FitOptions extends StepParts, RateOptions {
  data: TrainingData;
  epochs: number;
  /** What is evaluated after every epoch, and the name it goes by. */
  validation?: { readonly split: string; readonly data: EvaluationData };
  /** Of attributes, what an evaluation needs to know; see {@link EvaluateOptions}. */
  attributes?: EvaluateOptions['attributes'];
  /** Which views of a picture the validation takes the mean over. @default oneView */
  views?: EvaluateOptions['views'];
  /** Figures of one's own that the validation measures too. @default [] */
  metrics?: EvaluateOptions['metrics'];
  /** Figures of the validation whose mean decides which epoch is best. @default ['accuracy'] */
  best?: readonly string[];
  /** An average of the weights, which is what is evaluated, saved and left in the model at the end. */
  averages?: AveragedWeights;
  /** Where the model lies. @default 'cpu' */
  device?: Device;
  /** Of everything random inside a step, such as dropout. @default 0 */
  seed?: number;
  /** Who listens. @default [] */
  consumers?: readonly TrainEventConsumer[];
  /** Asks the run to stop: it finishes the step in work. */
  signal?: AbortSignal;
  /** Where to go on from; model and optimizer must be in that state. @default the beginning */
  from?: Progress;
}

/** How a run ended, and where it stood. */
export type FitResult = Pick<RunEnded, 'reason' | 'progress'>;

/** Totals are read from the device this often at most; each reading waits for it. */
const secondsBetweenReadings = 0.1;

/** Losses are looked at this rarely where looking makes the device wait; see {@link LossWatch}. */
const stepsBetweenChecks = 25;

/**
 * Trains a model and evaluates it after every epoch, telling its consumers what happens.
 *
 * The random state is set from (seed, step) before every step, so a run that goes on from a saved
 * state does exactly what it would have done uninterrupted, on the same machine and thread count.
 *
 * @throws {NumericError} as soon as a loss is not finite, after its consumers heard `runStopping`.
 */
export async function fit(options: FitOptions): Promise<FitResult> {
  return new Run(options).toItsEnd();
}

class Run {
  readonly #options: FitOptions;
  readonly #device: Device;
  readonly #emit: Emit;
  readonly #watch: LossWatch;
  readonly #rates: Rates;
  readonly #startedAt = performance.now();
  readonly #from: Progress;
  #progress: Progress;
  #lastReadingAt = -Infinity;
  #isRequested = false;

  constructor(options: FitOptions) {
    const { device = 'cpu', consumers = [], from = atTheBeginning } = options;
    this.#options = options;
    this.#device = device;
    this.#emit = createEmitter([...consumers, (event) => this.#hear(event)]);
    this.#watch = new LossWatch(device === 'cpu' ? 1 : stepsBetweenChecks);
    this.#rates = new Rates(options, options.optimizer);
    this.#from = this.#progress = from;
  }

  async toItsEnd(): Promise<FitResult> {
    const { epochs, data, model, best = usualFigures } = this.#options;
    this.#checkFigures(best);
    const { stepsPerEpoch, sampleCount: trainCount } = data;
    const { total, trainable } = countParameters(model);
    const facts = { epochs, stepsPerEpoch, trainCount, parameters: { total, trainable }, best };
    await this.#emit({ type: 'runStarted', ...facts, from: this.#from });
    try {
      while (this.#progress.epoch <= epochs) {
        if (this.#stopped || !(await this.#epoch())) {
          return await this.#end(this.#isRequested ? 'stopped' : 'interrupted');
        }
      }
    } catch (error) {
      if (error instanceof NumericError) await this.#end('nonFinite', error.badStep);
      throw error;
    }
    return this.#end('completed');
  }

  /** Refuses figures that no evaluation will have, before the first step. */
  #checkFigures(best: readonly string[]): void {
    const { validation, plateau, metrics = [] } = this.#options;
    const measured = validation && { labelNames: validation.data.labelNames, metrics };
    if (measured) checkFigures('fit', { best }, measured);
    if (plateau === undefined) return;
    const figure = plateau.monitor;
    if (measured === undefined) {
      throw optionError(
        'fit',
        'validation',
        `given, for the plateau watches its ${figure}`,
        'none',
      );
    }
    checkFigures('fit', { monitor: [figure] }, measured);
  }

  #hear(event: TrainEvent): void {
    if (event.type === 'stopRequested') this.#isRequested = true;
  }

  async #end(reason: RunEnded['reason'], badStep?: BadStep): Promise<FitResult> {
    const progress = this.#progress;
    const why = badStep && { badStep };
    if (reason !== 'completed') await this.#emit({ type: 'runStopping', reason, progress, ...why });
    this.#options.averages?.show();
    await this.#emit({ type: 'runEnded', reason, progress });
    return { reason, progress };
  }

  /** One epoch, or the rest of one. @returns false if it was asked to stop before its end. */
  async #epoch(): Promise<boolean> {
    const { data, epochs } = this.#options;
    const { epoch, stepInEpoch, seconds } = this.#progress;
    const { stepsPerEpoch } = data;
    const start = { epoch, epochs, stepInEpoch, stepsPerEpoch, seconds };
    await this.#emit({ type: 'epochStarted', ...start });
    this.#options.averages?.hide();
    const train = await this.#steps();
    if (train === undefined || this.#stopped) return false;
    this.#options.averages?.show();
    const validation = await this.#validate();
    if (validation === 'stopped') return false;
    if (validation) await this.#reduceRate(validation);
    const { step } = this.#progress;
    const next = { epoch: epoch + 1, stepInEpoch: 0, step, totals: noTotals };
    this.#progress = { ...next, seconds: this.#seconds };
    const scores = { train, ...(validation && { validation }) };
    const transforms = data.transformCounts?.();
    const end = { epoch, epochs, lr: this.#rates.lrAt(step), ...scores, progress: this.#progress };
    await this.#emit({ type: 'epochEnded', ...end, ...(transforms && { transforms }) });
    return true;
  }

  /** A reduction is told before the epoch's end is, since that is when a checkpoint is written. */
  async #reduceRate(validation: Scores): Promise<void> {
    const { plateau } = this.#options;
    const reduction = plateau?.observe(validation);
    if (plateau === undefined || reduction === undefined) return;
    const { epoch } = this.#progress;
    const facts = { epoch, monitor: plateau.monitor, ...reduction };
    await this.#emit({ type: 'learningRateReduced', ...facts });
  }

  /** The steps of the epoch that are still to be made. @returns nothing if it was asked to stop. */
  async #steps(): Promise<Scores | undefined> {
    const { data, model } = this.#options;
    const { epoch, stepInEpoch } = this.#progress;
    const totals = new RunningTotals(this.#device, this.#progress.totals);
    trainUnfrozen(model);
    try {
      for (const batch of data.batches(epoch, stepInEpoch)) {
        const rates = this.#rates.at(this.#progress.step);
        this.#makeStep(batch, rates, totals);
        await this.#tellStep(rates, totals);
        if (this.#stopped) break;
      }
      this.#watch.check();
      this.#progress = { ...this.#progress, totals: totals.read() };
    } finally {
      totals.dispose();
    }
    const isComplete = this.#progress.stepInEpoch === data.stepsPerEpoch;
    return isComplete ? scoresOf(this.#progress.totals) : undefined;
  }

  #makeStep(batch: Batch, rates: StepRates, totals: RunningTotals): void {
    const { seed = 0, data } = this.#options;
    const { step } = this.#progress;
    const { lr } = rates;
    const samples = batch.indices.length;
    const names = (): string[] => Array.from(batch.indices, (index) => data.nameOf(index));
    manualSeed(mixSeed(seed, step));
    const isSum = this.#options.loss.reduction === 'sum';
    this.#rates.set(rates, isSum ? data.batchSize : 1);
    try {
      trainStep(batch, this.#options, (outcome) => {
        this.#watch.observe(outcome.loss, { step: step + 1, lr, batchSize: samples, names });
        totals.add(outcome);
      });
    } finally {
      disposeBatch(batch);
    }
    this.#options.averages?.observe();
    const stepInEpoch = this.#progress.stepInEpoch + 1;
    this.#progress = { ...this.#progress, stepInEpoch, step: step + 1, seconds: this.#seconds };
  }

  async #tellStep(rates: StepRates, totals: RunningTotals): Promise<void> {
    const { data } = this.#options;
    const { epoch, step, stepInEpoch, seconds } = this.#progress;
    const { stepsPerEpoch } = data;
    const isDue = seconds - this.#lastReadingAt >= secondsBetweenReadings;
    const reading = isDue || stepInEpoch === stepsPerEpoch ? { totals: totals.read() } : {};
    if (isDue) this.#lastReadingAt = seconds;
    const counts = { epoch, stepInEpoch, stepsPerEpoch, step, seconds };
    await this.#emit({ type: 'stepEnded', ...counts, ...rates, ...reading });
    await eventLoopTurn();
  }

  /** @returns nothing if there is nothing to validate on. */
  async #validate(): Promise<Scores | undefined | 'stopped'> {
    const { model, validation, signal, attributes, views, metrics } = this.#options;
    if (validation === undefined) return undefined;
    const { split, data } = validation;
    const total = data.sampleCount;
    const before = this.#seconds;
    const evaluation = await evaluate(model, data, {
      device: this.#device,
      ...(signal && { signal }),
      ...(attributes && { attributes }),
      ...(views && { views }),
      ...(metrics && { metrics }),
      onBatch: (done) => {
        const seconds = this.#seconds - before;
        return this.#emit({ type: 'evaluationStepEnded', split, done, total, seconds });
      },
    });
    if (evaluation === undefined) return 'stopped';
    const { reports, ...scores } = evaluation;
    const { epoch } = this.#progress;
    const took = this.#seconds - before;
    await this.#emit({ type: 'evaluationEnded', split, epoch, scores, reports, took });
    return scores;
  }

  get #stopped(): boolean {
    return this.#isRequested || this.#options.signal?.aborted === true;
  }

  get #seconds(): number {
    return this.#from.seconds + (performance.now() - this.#startedAt) / 1000;
  }
}
