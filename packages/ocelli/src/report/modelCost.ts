import type { ModelSummary } from '../models/summarize.ts';
import {
  largestBatch,
  memoryOf,
  type TrainingMemory,
  trainingMemory,
} from '../models/trainingMemory.ts';
import type { StepTrial } from '../train/loop/stepTrial.ts';
import { grouped, perStep, span } from './numbers.ts';
import { type Column, textTable } from './table.ts';

/** What it takes to train a model on this machine. */
export interface ModelCost {
  readonly batch: number;
  /** Bytes, see `trainingMemory`. */
  readonly memory: {
    readonly weights: number;
    readonly gradients: number;
    readonly optimizer: number;
    readonly activations: number;
    readonly total: number;
    /** What the machine has free now. */
    readonly available: number;
  };
  readonly largestBatch: number;
  readonly trial?: StepTrial & { readonly pictures: number; readonly secondsPerEpoch: number };
}

/** Numbers that SGD with momentum keeps a weight. */
const momentum = 1;

export interface ModelCostOptions {
  readonly batch: number;
  /** Bytes. */
  readonly available: number;
  readonly trial?: StepTrial;
  /** Pictures of an epoch, for a trial. */
  readonly pictures?: number;
}

/** Memory for a batch with SGD and momentum, the largest batch there is room for, and what a trial foretells. */
export function modelCost(summary: ModelSummary, options: ModelCostOptions): ModelCost {
  const { batch, available, trial, pictures = 0 } = options;
  const memory = trainingMemory(summary, { statesPerWeight: momentum });
  const { activationsPerPicture, ...rest } = memory;
  const activations = batch * activationsPerPicture;
  const foretold = trial && {
    trial: {
      ...trial,
      pictures,
      secondsPerEpoch: Math.ceil(pictures / trial.batch) * trial.secondsPerStep,
    },
  };
  return {
    batch,
    memory: { ...rest, activations, total: memoryOf(memory, batch), available },
    largestBatch: largestBatch(trial ? measured(memory, trial) : memory, available),
    ...foretold,
  };
}

/** What a trial took that is neither gradients nor momentum, it took for its pictures. */
function measured(memory: TrainingMemory, { batch, bytes }: StepTrial): TrainingMemory {
  if (bytes === undefined) return memory;
  const ofPictures = Math.max(0, bytes - memory.gradients - memory.optimizer);
  return { ...memory, activationsPerPicture: ofPictures / batch };
}

/** Costs of one model for a terminal. */
export function costText({ batch, memory, largestBatch: largest, trial }: ModelCost): string {
  const { weights, gradients, optimizer, activations, total, available } = memory;
  const rows = [
    ['weights', megabytes(weights)],
    ['gradients', megabytes(gradients)],
    ['momentum', megabytes(optimizer)],
    ['activations, both ways', megabytes(activations)],
    ['in all', megabytes(total)],
    ['free now', megabytes(available)],
    ['largest batch that fits', grouped(largest)],
  ];
  const table = textTable([left(`training with a batch of ${batch}`), right('')], rows);
  const advice = largest >= batch ? '' : `A batch of ${batch} does not fit: ${smaller(largest)}\n`;
  return table + advice + (trial === undefined ? '' : trialText(trial));
}

function smaller(largest: number): string {
  return largest > 0
    ? `try --batch-size ${largest}, smaller pictures or a smaller model.`
    : 'not even one picture does. Try smaller pictures or a smaller model.';
}

function trialText({
  steps,
  batch,
  secondsPerStep,
  pictures,
  secondsPerEpoch,
  bytes,
}: TrialFacts): string {
  const pace = `${perStep(secondsPerStep)}, ${Math.round(batch / secondsPerStep)} pictures/s`;
  const took = bytes === undefined ? '' : `, ${megabytes(bytes)} beside the weights`;
  return `${steps} steps tried: ${pace}${took}; an epoch of ${grouped(pictures)} pictures takes about ${span(secondsPerEpoch)}\n`;
}

type TrialFacts = NonNullable<ModelCost['trial']>;

/** A model among others. */
export interface ComparedModel {
  readonly model: string;
  readonly summary: ModelSummary;
  readonly cost: ModelCost;
}

/** Models side by side, a row each. */
export function comparisonText(models: readonly ComparedModel[]): string {
  const [first] = models;
  if (first === undefined) return '';
  const timed = first.cost.trial !== undefined;
  const columns = [
    ...[left('model'), right('parameters'), right('mult-adds'), right('weights')],
    ...[right(`memory, batch ${first.cost.batch}`), right('largest batch')],
    ...(timed ? [right('step'), right('epoch')] : []),
  ];
  const rows = models.map(({ model, summary, cost }) => [
    ...[model, grouped(summary.total), grouped(summary.multAdds), megabytes(cost.memory.weights)],
    ...[megabytes(cost.memory.total), grouped(cost.largestBatch)],
    ...(cost.trial === undefined
      ? []
      : [perStep(cost.trial.secondsPerStep), span(cost.trial.secondsPerEpoch)]),
  ]);
  return textTable(columns, rows);
}

/** Bytes in millions. */
function megabytes(count: number): string {
  const millions = count / 1e6;
  return `${millions < 10 ? millions.toFixed(1) : grouped(Math.round(millions))} MB`;
}

const left = (head: string): Column => ({ head, align: 'left' });
const right = (head: string): Column => ({ head, align: 'right' });
