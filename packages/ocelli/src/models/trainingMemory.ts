import type { ModelSummary } from './summarize.ts';

/** Bytes that a training step of a model needs, as far as they can be told from its layers. */
export interface TrainingMemory {
  /** Parameters and running statistics. */
  readonly weights: number;
  readonly gradients: number;
  /** What the optimizer remembers. */
  readonly optimizer: number;
  /** What the layers give, kept for the way back, for one picture with itself. */
  readonly activationsPerPicture: number;
}

/** Of float32. */
const bytes = 4;

/**
 * What a training step keeps in memory: every layer's output until its gradient was computed, beside
 * weights, gradients and optimizer. Workspaces of single operations come on top; layers that are computed
 * together (batch norm with its neighbours, dense blocks) keep less.
 *
 * @param statesPerWeight numbers that the optimizer keeps a trainable weight: 1 for momentum, 2 for Adam.
 */
export function trainingMemory(summary: ModelSummary, statesPerWeight: number): TrainingMemory {
  const { layers, input, total, trainable } = summary;
  const shapes = [input, ...layers.map(({ outputShape }) => outputShape)];
  const numbers = shapes.reduce(
    (sum, shape) => sum + shape.reduce((all, side) => all * side, 1),
    0,
  );
  return {
    weights: bytes * total,
    gradients: bytes * trainable,
    optimizer: bytes * trainable * statesPerWeight,
    activationsPerPicture: bytes * numbers,
  };
}

/** Bytes that a step on a batch needs in all. */
export function memoryOf(memory: TrainingMemory, batch: number): number {
  const { weights, gradients, optimizer, activationsPerPicture } = memory;
  return weights + gradients + optimizer + batch * activationsPerPicture;
}

/** The largest batch of a step that needs no more than so many bytes; 0 if none fits. */
export function largestBatch(memory: TrainingMemory, available: number): number {
  const left = available - memoryOf(memory, 0);
  return Math.max(0, Math.floor(left / memory.activationsPerPicture));
}
