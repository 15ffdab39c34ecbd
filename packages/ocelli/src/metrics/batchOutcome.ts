import type { Tensor } from '@ocelli/torch';

/** What one head said of a batch, and what it should have said. */
export interface HeadOutcome {
  /** The attribute; absent where a picture has one label alone. */
  readonly attribute?: string;
  /** Raw scores, `(N, K)`. */
  readonly logits: Tensor;
  /** int64 class indices, `(N)`; −1 where the label is missing. */
  readonly labels: Tensor;
  /** The head's own loss, before any weighing against other heads: one element. */
  readonly loss: Tensor;
  /** What it adds to the loss that is minimized: the weighed loss, one element. */
  readonly term: Tensor;
}

/** What a loss makes of a batch. */
export interface BatchOutcome {
  /** What a step minimizes: one element. */
  readonly loss: Tensor;
  /** Whether losses add up or average over the pictures; those of heads, over the labelled ones. */
  readonly reduction: 'sum' | 'mean';
  readonly heads: readonly HeadOutcome[];
}
