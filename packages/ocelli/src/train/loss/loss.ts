import type { Module, Tensor } from '@ocelli/torch';
import type { LabelMix } from '../../augment/targets.ts';
import type { BatchOutcome, HeadOutcome } from '../../metrics/batchOutcome.ts';
import { headBatches, type Outputs } from './headBatches.ts';
import { headLoss, type HeadLossOptions } from './headLoss.ts';

/** A loss over a batch, and whether it adds up or averages over the samples. */
export interface Loss {
  readonly reduction: 'sum' | 'mean';
  /** What the loss itself learns along with the model. */
  readonly learned?: Module<never, unknown>;
  /** @param mix where pictures were mixed from two, the other one's labels and how much each counts. */
  compute(outputs: Outputs, labels: Tensor, mix?: LabelMix): BatchOutcome;
}

/** How the only head of a model is judged. */
export interface ClassificationLossOptions extends HeadLossOptions {
  reduction: 'sum' | 'mean';
}

/**
 * Cross-entropy, or another loss of one head, between logits `(N, K)` and class indices `(N)`. Of a
 * model with many heads it is the plain sum of their losses.
 */
export function classificationLoss(options: ClassificationLossOptions): Loss {
  const { reduction } = options;
  const lossOf = headLoss(reduction, options);
  return {
    reduction,
    compute(outputs, labels, mix) {
      const heads = headBatches(outputs, labels, mix).map((head) => {
        const loss = lossOf(head);
        return { ...head, loss, term: loss };
      });
      return { loss: totalOf(heads), reduction, heads };
    },
  };
}

/** What the heads add up to. */
export function totalOf([first, ...others]: readonly HeadOutcome[]): Tensor {
  if (first === undefined) throw new Error('internal: a model without a head');
  return others.reduce((total, { term }) => total.add(term), first.term);
}
