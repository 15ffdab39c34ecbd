import { Adam, AdamW, manualSeed, type Module, SGD, type Tensor } from '@ocelli/torch';
import { createModel } from '../models/catalog.ts';
import type { SavableOptimizer } from './checkpoint.ts';
import type { Experiment } from './experiment.ts';
import { classificationLoss, type Loss } from './loss.ts';
import { type Schedule, triangle } from './schedule.ts';
import type { StepOptimizer } from './trainStep.ts';

/** What an experiment makes of its settings, before any picture is seen. */
export interface Assembled {
  readonly model: Module;
  readonly optimizer: StepOptimizer & SavableOptimizer;
  readonly loss: Loss;
  readonly lrAt: Schedule;
  /** Longest gradient of the loss as it is, summed or not; absent: gradients are left as they are. */
  readonly gradientClip?: number;
}

/** Sizes that come from the data. */
export interface DataSizes {
  readonly numClasses: number;
  readonly stepsPerEpoch: number;
}

/**
 * Builds model, optimizer, loss and schedule of an experiment. Weights depend on its seed alone.
 *
 * @throws {DeviceError} if the device is not there.
 */
export function assemble(experiment: Experiment, sizes: DataSizes): Assembled {
  const { lossReduction: reduction, labelSmoothing, gradientClip } = experiment;
  const model = buildModel(experiment, sizes.numClasses);
  return {
    model,
    optimizer: buildOptimizer(experiment, model.parameters()),
    loss: classificationLoss({ reduction, labelSmoothing }),
    lrAt: buildSchedule(experiment, sizes.stepsPerEpoch),
    ...(gradientClip !== null && { gradientClip: gradientClip * gradientScale(experiment) }),
  };
}

/** The model of an experiment on its device, its weights drawn from the seed. */
export function buildModel(
  experiment: Pick<Experiment, 'seed' | 'model' | 'device'>,
  numClasses: number,
): Module {
  manualSeed(experiment.seed);
  const model = createModel(experiment.model, { numClasses });
  return model.to({ device: experiment.device, memoryFormat: 'channelsLast' });
}

function buildOptimizer(
  experiment: Experiment,
  parameters: readonly Tensor[],
): Assembled['optimizer'] {
  const { optimizer, momentum, nesterov } = experiment;
  // The learning rate is divided by the scale at every step, so the decay, which is not part of the
  // loss, has to be multiplied to stay what it says.
  const weightDecay = experiment.weightDecay * gradientScale(experiment);
  const lr = 0; // set before every step
  if (optimizer === 'adam') return new Adam(parameters, { lr, weightDecay });
  if (optimizer === 'adamw') return new AdamW(parameters, { lr, weightDecay });
  return new SGD(parameters, {
    lr,
    weightDecay,
    momentum: momentum ?? 0,
    nesterov: nesterov ?? false,
  });
}

/** How many times as long the gradients are as those of a loss that is a mean. */
function gradientScale({ lossReduction, batchSize }: Experiment): number {
  return lossReduction === 'sum' ? batchSize : 1;
}

function buildSchedule(experiment: Experiment, stepsPerEpoch: number): Schedule {
  const { schedule, lr, epochs, peakEpoch } = experiment;
  if (schedule === 'constant' || peakEpoch === null) return () => lr;
  return triangle({ epochs, stepsPerEpoch, peak: lr, peakEpoch });
}
