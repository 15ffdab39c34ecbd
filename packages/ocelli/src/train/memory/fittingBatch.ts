import { OptionError, scope } from '@ocelli/torch';
import type { LabelledHead } from '../../data/labelNames.ts';
import { summarize } from '../../models/summarize.ts';
import type { PictureShape } from '../../models/trace.ts';
import { memoryOf, type TrainingMemory, trainingMemory } from '../../models/trainingMemory.ts';
import { buildModel } from '../assembly/buildModel.ts';
import type { Experiment } from '../experiment/experiment.ts';

/** The rest is for what the estimate misses, and pictures on their way. */
const usableShare = 0.8;

/** What a training step works with. */
export interface StepSubject {
  readonly heads: readonly LabelledHead[];
  /** Of the pictures. */
  readonly shape: PictureShape;
}

/**
 * Bytes that training steps of an experiment need, as far as they can be told from the layers of its
 * model, what its optimizer remembers and the averages it keeps.
 */
export function stepMemory(experiment: Experiment, { heads, shape }: StepSubject): TrainingMemory {
  const summary = scope(() =>
    summarize(buildModel({ ...experiment, device: 'cpu' }, heads), shape),
  );
  const { device } = experiment;
  const memory = trainingMemory(summary, { statesPerWeight: statesPerWeight(experiment), device });
  const isAveraged = experiment.emaDecay !== null || experiment.lookaheadSteps !== null;
  return isAveraged ? { ...memory, weights: 2 * memory.weights } : memory;
}

/** Numbers that the optimizer keeps for each weight. */
function statesPerWeight({ optimizer, momentum, schedule }: Experiment): number {
  if (optimizer !== 'sgd') return 2;
  // Without one of its own, the schedule sets it.
  return momentum === 0 && schedule === 'triangle' ? 0 : 1;
}

/** A batch size, and the bytes that a step with it needs. */
export interface FittingBatch {
  readonly batchSize: number;
  readonly needed: number;
}

/**
 * The batch size of an experiment, halved until a step needs at most 80 % of the free bytes. Pictures that
 * go through the model in parts need memory part by part.
 *
 * @throws {OptionError} if not even one picture fits.
 */
export function fittingBatch(
  { batchSize, gradientAccumulation }: Pick<Experiment, 'batchSize' | 'gradientAccumulation'>,
  memory: TrainingMemory,
  free: number,
): FittingBatch {
  for (let size = batchSize; size >= 1; size = Math.floor(size / 2)) {
    const needed = memoryOf(memory, Math.ceil(size / gradientAccumulation));
    if (needed <= usableShare * free) return { batchSize: size, needed };
  }
  throw new OptionError(
    `autoBatch: expected memory for a step with one picture (${megabytes(memoryOf(memory, 1))}), ` +
      `got ${megabytes(free)} free. Use smaller pictures or a smaller model.`,
  );
}

function megabytes(bytes: number): string {
  return `${Math.round(bytes / 1e6)} MB`;
}
