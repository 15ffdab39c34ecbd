import { crossEntropy, type Tensor } from '@ocelli/torch';

/** A loss over a batch, and whether it adds up or averages over the samples. */
export interface Loss {
  readonly reduction: 'sum' | 'mean';
  /** @returns one element. */
  compute(logits: Tensor, labels: Tensor): Tensor;
}

export interface ClassificationLossOptions {
  reduction: 'sum' | 'mean';
  /** Share of the target spread evenly over all classes. @default 0 */
  labelSmoothing?: number;
}

/** Cross-entropy between logits `(N, K)` and class indices `(N)`. */
export function classificationLoss(options: ClassificationLossOptions): Loss {
  const { reduction, labelSmoothing = 0 } = options;
  return {
    reduction,
    compute: (logits, labels) => crossEntropy(logits, labels, { reduction, labelSmoothing }),
  };
}

/** The loss of a batch as a sum over its samples, whatever the reduction; cut off from the graph. */
export function summed(loss: Tensor, reduction: Loss['reduction'], samples: number): Tensor {
  return reduction === 'sum' ? loss.detach() : loss.detach().mul(samples);
}
