import { assemble } from '../assembly/assemble.ts';
import { countedHeads } from '../loss/countedHeads.ts';
import type { Experiment } from '../experiment/experiment.ts';
import { evaluationBatches, trainingBatches } from '../batches/pictureBatches.ts';
import type { RunData } from '../runData/runData.ts';
import { startFrom } from '../checkpoints/startWeights.ts';
import type { SweepCurve } from './curve.ts';
import { findLearningRate, type FindLearningRateOptions } from './findLearningRate.ts';

/** What is tried, and how much of the held-back pictures is looked at with it. */
export interface SweepExperimentOptions extends Pick<
  FindLearningRateOptions,
  'from' | 'to' | 'steps' | 'spacing' | 'onPoint'
> {
  /** Batches of the validation pictures that are measured after each step. @default none */
  readonly validationBatches?: number;
}

/**
 * Sweeps the learning rate of an experiment on its own training pictures, with everything else as its
 * training has it.
 *
 * @throws {OptionError} if an option is outside its range.
 */
export async function sweepExperiment(
  experiment: Experiment,
  { facts, train, validation }: Pick<RunData, 'facts' | 'train' | 'validation'>,
  { validationBatches, ...rates }: SweepExperimentOptions = {},
): Promise<SweepCurve> {
  const data = trainingBatches(train, facts, experiment);
  const { stepsPerEpoch, batchSize } = data;
  const parts = assemble(experiment, { heads: countedHeads(train), stepsPerEpoch, batchSize });
  if (experiment.startFrom !== null) startFrom(experiment.startFrom, parts.model);
  const { model, optimizer, loss, lrFactors, gradients, gradientClip, accumulation, precision } =
    parts;
  return findLearningRate({
    ...{ model, optimizer, loss, lrFactors, gradients, accumulation, precision, data },
    ...(gradientClip !== undefined && { gradientClip }),
    device: experiment.device,
    ...rates,
    ...(validationBatches !== undefined && {
      validation: evaluationBatches(validation.dataset, facts, experiment),
      validationBatches,
    }),
  });
}
