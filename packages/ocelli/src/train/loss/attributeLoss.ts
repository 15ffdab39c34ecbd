import type { HeadOutcome } from '../../metrics/batchOutcome.ts';
import { type HeadBatch, headBatches } from './headBatches.ts';
import { type HeadLoss, headLoss, type HeadLossOptions } from './headLoss.ts';
import type { LearnedLossWeights } from './learnedLossWeights.ts';
import { type Loss, totalOf } from './loss.ts';

/** How one attribute is judged, and how much it counts. */
export interface AttributeLossOptions extends HeadLossOptions {
  /** Factor on the head's loss in the sum over all heads. @default 1 */
  lossWeight?: number;
}

/** How the losses of all heads become one. */
export interface AttributesLossOptions {
  /** Whether the loss of a head adds up or averages over its labelled pictures. @default 'mean' */
  reduction?: 'sum' | 'mean';
  /** By attribute, for every one of them. */
  attributes: Readonly<Record<string, AttributeLossOptions>>;
  /** Loss weights that are learned with the model, instead of given ones; for a mean alone. */
  learned?: LearnedLossWeights;
}

/** The loss of a model with many heads: the weighted sum of the losses of its heads. */
export function attributeLoss(options: AttributesLossOptions): Loss {
  const { reduction = 'mean', attributes, learned } = options;
  const lossOf = new Map<string | undefined, HeadLoss>(
    Object.entries(attributes).map(([name, one]) => [name, headLoss(reduction, one)]),
  );
  const judged = (head: HeadBatch): HeadOutcome => {
    const own = lossOf.get(head.attribute);
    if (own === undefined) throw new Error(`internal: no loss for the head ${head.attribute}`);
    const loss = own(head);
    const weight = attributes[head.attribute ?? '']?.lossWeight ?? 1;
    return { ...head, loss, term: learned?.weigh(head, loss) ?? loss.mul(weight) };
  };
  return {
    reduction,
    ...(learned && { learned }),
    compute(outputs, labels, mix) {
      const heads = headBatches(outputs, labels, mix).map(judged);
      return { loss: totalOf(heads), reduction, heads };
    },
  };
}
