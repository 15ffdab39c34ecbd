import type { Device } from '@ocelli/torch';
import type { ModelSummary } from './summarize.ts';

/** Bytes that a training step of a model needs, as far as they can be told from its layers. */
export interface TrainingMemory {
  /** Parameters and running statistics. */
  readonly weights: number;
  readonly gradients: number;
  /** What the optimizer remembers. */
  readonly optimizer: number;
  /** What the layers give and what the way back needs for it, for one picture with itself. */
  readonly activationsPerPicture: number;
}

/** Of float32. */
const bytes = 4;

/**
 * How much of the process an output takes: its gradient on the way back, scratch space of single operations
 * and blocks that are kept for the next step add as much again. Measured from 1.5 to 2.1, see docs/models.md.
 */
const perOutput = 2;

/** What a step depends on besides the model. */
export interface TrainingMemoryOptions {
  /** Numbers that the optimizer keeps a trainable weight: 1 for momentum, 2 for Adam. */
  readonly statesPerWeight: number;
  /** Where it is made. @default 'cpu' */
  readonly device?: Device;
}

/**
 * What a training step keeps in memory: every layer's output until its gradient was computed, beside
 * weights, gradients and optimizer. On the CPU a dense block computes its normalized values again on the
 * way back instead of keeping them.
 */
export function trainingMemory(
  summary: ModelSummary,
  { statesPerWeight, device = 'cpu' }: TrainingMemoryOptions,
): TrainingMemory {
  const { layers, input, total, trainable } = summary;
  const kept = layers.filter(({ name }) => device !== 'cpu' || !isNormOfDenseLayer.test(name));
  const shapes = [input, ...kept.map(({ outputShape }) => outputShape)];
  const numbers = shapes.reduce(
    (sum, shape) => sum + shape.reduce((all, side) => all * side, 1),
    0,
  );
  return {
    weights: bytes * total,
    gradients: bytes * trainable,
    optimizer: bytes * trainable * statesPerWeight,
    activationsPerPicture: perOutput * bytes * numbers,
  };
}

/** By its key in a `DenseBlock`. */
const isNormOfDenseLayer = /\bdenselayer\d+\.norm\d$/;

/** Bytes that a step on a batch needs in all. */
export function memoryOf(memory: TrainingMemory, batch: number): number {
  const { weights, gradients, optimizer, activationsPerPicture } = memory;
  return weights + gradients + optimizer + batch * activationsPerPicture;
}

/** The largest batch of a step that needs no more than so many bytes; 0 if none fits. */
export function largestBatch(memory: TrainingMemory, available: number): number {
  const left = available - memoryOf(memory, 0);
  return Math.max(0, Math.floor(left / Math.max(1, memory.activationsPerPicture)));
}
