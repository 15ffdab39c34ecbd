import { autocast, clipGradNorm, optionError, scope, type Tensor } from '@ocelli/torch';
import type { BatchOutcome } from '../../metrics/batchOutcome.ts';
import { type GradientRule, jointGradients } from './gradientRule.ts';
import type { PictureModel } from '../loss/headBatches.ts';
import type { Loss } from '../loss/loss.ts';
import { batchParts } from '../batches/batchParts.ts';
import type { StepGraph, StepInput } from './stepGraph.ts';
import type { Batch } from '../batches/trainingData.ts';

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
  /**
   * Records the passes of a step on a CUDA device; not with accumulation. Absent: operators are queued
   * one by one.
   */
  readonly graph?: StepGraph;
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
  const { optimizer, gradientClip, graph } = parts;
  checkAccumulation(parts);
  scope(() => {
    if (graph === undefined) partByPart(batch, parts, observe);
    else atOnce(batch, { ...parts, graph }, observe);
    if (gradientClip !== undefined) clipGradNorm(parametersOf(optimizer), gradientClip);
    optimizer.step();
  });
}

function checkAccumulation({ gradients, accumulation = 1, graph }: StepParts): void {
  if (accumulation === 1) return;
  if (gradients !== undefined && gradients !== jointGradients) {
    const rule = 'joint with accumulation, which adds them up';
    throw optionError('trainStep', 'gradients', rule, 'others');
  }
  if (graph !== undefined) {
    throw optionError('trainStep', 'accumulation', '1 with a graph', accumulation);
  }
}

function partByPart(batch: Batch, parts: StepParts, observe?: StepObserver): void {
  parts.optimizer.zeroGrad();
  for (const { batch: some, share } of batchParts(batch, parts.accumulation ?? 1)) {
    scope(() => {
      const outcome = outcomeOf(some, parts);
      observe?.(outcome);
      follow(outcome, share, parts);
    });
  }
}

function atOnce(
  batch: Batch,
  parts: StepParts & { readonly graph: StepGraph },
  observe?: StepObserver,
): void {
  const outcome = parts.graph.gradients(batch, parametersOf(parts.optimizer), (input) => {
    const computed = outcomeOf(input, parts);
    follow(computed, 1, parts);
    return computed;
  });
  observe?.(outcome);
}

function outcomeOf({ images, labels, mix }: StepInput, parts: StepParts): BatchOutcome {
  const { model, loss, precision } = parts;
  return inPrecision(precision, images, () => loss.compute(model.forward(images), labels, mix));
}

function follow(outcome: BatchOutcome, share: number, parts: StepParts): void {
  const { gradients = jointGradients } = parts;
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
