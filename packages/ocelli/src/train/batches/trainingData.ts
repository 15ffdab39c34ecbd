import type { Tensor } from '@ocelli/torch';
import type { TransformCount } from '../../augment/transformCounts.ts';
import type { LabelMix } from '../../augment/targets.ts';
import type { LabelNames } from '../../data/labelNames.ts';

/** Pictures and labels of one step, ready for the model. */
export interface Batch {
  /** Normalized float32 `(N, C, H, W)` on the device of the model. */
  readonly images: Tensor;
  /** int64 `(N)` or `(N, A)` for A attributes: class indices, −1 where one is missing. */
  readonly labels: Tensor;
  /** Present if pictures were mixed from two; see `LabelMix`. */
  readonly mix?: LabelMix;
  /** Which samples these are, to be named when something is wrong with them. */
  readonly indices: ArrayLike<number>;
}

/** Batches that cover every sample once, the last one possibly smaller. */
export interface EvaluationData {
  readonly sampleCount: number;
  /** What the labels stand for. */
  readonly labelNames: LabelNames;
  /** A fresh pass over the samples. The receiver frees the tensors of each batch. */
  batches(): Iterable<Batch>;
}

/** Batches of shuffled and augmented samples, a pure function of the epoch. */
export interface TrainingData {
  readonly sampleCount: number;
  /** Samples of a whole batch; only the last of an epoch may have fewer. */
  readonly batchSize: number;
  readonly stepsPerEpoch: number;
  /**
   * The batches of an epoch, each a pure function of (seed, epoch, position), so that leaving the
   * first ones out changes nothing about the others.
   *
   * @param epoch from 1.
   * @param firstStep how many batches to leave out.
   */
  batches(epoch: number, firstStep: number): Iterable<Batch>;
  /** What a person calls this sample: its file. */
  nameOf(index: number): string;
  /** How often each transform ran since the first batch that was asked for last; waits for the device. */
  transformCounts?(): Readonly<Record<string, TransformCount>>;
}

/** Frees the tensors of a batch. */
export function disposeBatch({ images, labels, mix }: Batch): void {
  for (const one of [images, labels, mix?.labels, mix?.share]) one?.dispose();
}
