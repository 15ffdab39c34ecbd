import { autocast, clipGradNorm, optionError, scope, type Tensor } from '@ocelli/torch';
import type { BatchOutcome } from '../metrics/batchOutcome.ts';
import { type GradientRule, jointGradients } from './gradientRule.ts';
import type { PictureModel } from './headBatches.ts';
import type { Loss } from './loss.ts';
import { type BatchPart, batchParts } from './batchParts.ts';
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
  /**
   * Parts in which the pictures of a step go through the model one after another, their gradients added
   * up: as many times less memory. Of a loss that is a mean each part counts by its pictures; batch
   * normalization sees each part by itself. @default 1
   */
  readonly accumulation?: number;
  /** Number format of products and convolutions; weights stay float32. @default 'float32' */
  readonly precision?: Precision;
}

export type Precision = 'float32' | 'bfloat16';

/** Sees what a step computed before the weights change. Throwing leaves them as they are. */
export type StepObserver = (outcome: BatchOutcome) => void;

/**
 * One step of training: forward, loss, backward, clip, update. Everything it makes is freed; the batch
 * stays its owner's. With `accumulation` the observer sees the parts.
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
  const { optimizer, gradientClip, gradients = jointGradients, accumulation = 1 } = parts;
  if (accumulation > 1 && gradients !== jointGradients) {
    throw optionError(
      'trainStep',
      'gradients',
      'joint with accumulation, which adds them up',
      'others',
    );
  }
  scope(() => {
    optimizer.zeroGrad();
    for (const part of batchParts(batch, accumulation)) {
      scope(() => addGradients(part, parts, observe));
    }
    if (gradientClip !== undefined) clipGradNorm(parametersOf(optimizer), gradientClip);
    optimizer.step();
  });
}

function addGradients({ batch, share }: BatchPart, parts: StepParts, observe?: StepObserver): void {
  const { loss, gradients = jointGradients } = parts;
  const outcome = inPrecision(parts.precision, batch.images, () =>
    loss.compute(parts.model.forward(batch.images), batch.labels, batch.mix),
  );
  observe?.(outcome);
  const isWhole = share === 1 || outcome.reduction === 'sum';
  gradients(isWhole ? outcome : { ...outcome, loss: outcome.loss.mul(share) });
}

function inPrecision<T>(precision: Precision = 'float32', { device }: Tensor, work: () => T): T {
  return precision === 'float32' ? work() : autocast({ device, dtype: precision }, work);
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
