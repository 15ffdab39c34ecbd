import { clipGradNorm, type Module, scope, type Tensor } from '@ocelli/torch';
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
  readonly model: Module;
  readonly optimizer: StepOptimizer;
  readonly loss: Loss;
  /** Longest gradient, as the norm over all parameters; absent: gradients are left as they are. */
  readonly gradientClip?: number;
}

/** Sees what a step computed before the weights change. Throwing leaves them as they are. */
export type StepObserver = (outcome: { logits: Tensor; loss: Tensor }) => void;

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
  const { model, optimizer, loss: criterion, gradientClip } = parts;
  scope(() => {
    optimizer.zeroGrad();
    const logits = model.forward(batch.images);
    const loss = criterion.compute(logits, batch.labels);
    observe?.({ logits, loss });
    loss.backward();
    if (gradientClip !== undefined) clipGradNorm(parametersOf(optimizer), gradientClip);
    optimizer.step();
  });
}

/** Sets the learning rate of every parameter group. */
export function setLearningRate(optimizer: StepOptimizer, lr: number): void {
  for (const group of optimizer.paramGroups) group.lr = lr;
}

function parametersOf(optimizer: StepOptimizer): Tensor[] {
  return optimizer.paramGroups.flatMap(({ params }) => [...params]);
}
