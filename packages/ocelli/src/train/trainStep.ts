import { clipGradNorm, optionError, scope, type Tensor } from '@ocelli/torch';
import type { BatchOutcome } from '../metrics/batchOutcome.ts';
import { type GradientRule, jointGradients } from './gradientRule.ts';
import type { PictureModel } from './headBatches.ts';
import type { Loss } from './loss.ts';
import type { Batch } from './trainingData.ts';

/** The part of an optimizer that a step needs; every optimizer of `@ocelli/torch` has it. */
export interface StepOptimizer {
  readonly paramGroups: readonly { lr: number; readonly params: readonly Tensor[] }[];
  zeroGrad(): void;
  step(): void;
}

/** What a step works with; the same for all steps of a run. */
export interface StepParts {
  readonly model: PictureModel;
  readonly optimizer: StepOptimizer;
  readonly loss: Loss;
  /** How the gradients of a step come from its losses. @default jointGradients */
  readonly gradients?: GradientRule;
  /** Longest gradient, as the norm over all parameters; absent: gradients are left as they are. */
  readonly gradientClip?: number;
}

/** Sees what a step computed before the weights change. Throwing leaves them as they are. */
export type StepObserver = (outcome: BatchOutcome) => void;

/**
 * One step of training: forward, loss, backward, clip, update. Everything it makes is freed; the batch
 * stays its owner's.
 *
 * It is all there is to a loop of one's own:
 * @example
 * for (const batch of data.batches(epoch, 0)) {
 *   setLearningRate(optimizer, lrAt(step++) / data.batchSize);
 *   trainStep(batch, { model, optimizer, loss });
 *   disposeBatch(batch);
 * }
 */
export function trainStep(batch: Batch, parts: StepParts, observe?: StepObserver): void {
  const { model, optimizer, loss, gradients = jointGradients, gradientClip } = parts;
  scope(() => {
    optimizer.zeroGrad();
    const outcome = loss.compute(model.forward(batch.images), batch.labels, batch.mix);
    observe?.(outcome);
    gradients(outcome);
    if (gradientClip !== undefined) clipGradNorm(parametersOf(optimizer), gradientClip);
    optimizer.step();
  });
}

/**
 * Sets the learning rate of every parameter group.
 *
 * @param factors one for each group, where they differ.
 */
export function setLearningRate(
  optimizer: StepOptimizer,
  lr: number,
  factors: readonly number[] = [],
): void {
  for (const [index, group] of optimizer.paramGroups.entries()) {
    group.lr = lr * (factors[index] ?? 1);
  }
}

/**
 * Sets the momentum of every parameter group.
 *
 * @throws {OptionError} if the optimizer has none, so that a schedule of it would do nothing.
 */
export function setMomentum(optimizer: StepOptimizer, momentum: number): void {
  for (const group of optimizer.paramGroups) {
    if (!hasMomentum(group)) {
      throw optionError('setMomentum', 'optimizer', 'one with momentum, such as SGD', 'another');
    }
    group.momentum = momentum;
  }
}

function hasMomentum(group: object): group is { momentum: number } {
  return 'momentum' in group;
}

function parametersOf(optimizer: StepOptimizer): Tensor[] {
  return optimizer.paramGroups.flatMap(({ params }) => [...params]);
}
