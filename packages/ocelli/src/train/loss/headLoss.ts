import {
  arange,
  aten,
  binaryCrossEntropyWithLogits,
  crossEntropy,
  focalLoss,
  tensor,
  type Tensor,
} from '@ocelli/torch';
import { MISSING } from '../../data/attributeSchema.ts';
import type { HeadBatch } from './headBatches.ts';

/** What a head can be judged by. */
export const headLossNames = ['crossEntropy', 'focal', 'binary'] as const;
/** One of the losses a head can be judged by. */
export type HeadLossName = (typeof headLossNames)[number];

/** How one head is judged. */
export interface HeadLossOptions {
  /**
   * `crossEntropy` of the softmax; `focal`, the same with easy pictures turned down (Lin et al. 2017);
   * `binary`, a sigmoid a class, each against the rest, losses added up over the classes.
   *
   * @default 'crossEntropy'
   */
  loss?: HeadLossName;
  /** How strongly `focal` turns easy pictures down. @default 2 */
  focalGamma?: number;
  /** Factor on the loss of a picture, by its label. @default 1 for each class */
  classWeights?: readonly number[];
  /** Share of the target spread evenly over all classes; not with `focal`. @default 0 */
  labelSmoothing?: number;
  /**
   * Added to the logits before the softmax, in training alone: `τ log π` of the class frequencies π
   * makes the model as good at rare classes (Menon et al. 2021, eq. 10).
   *
   * @default 0 for each class
   */
  logitOffsets?: readonly number[];
}

/** The loss of one head over a batch: one element. */
export type HeadLoss = (head: HeadBatch) => Tensor;

/**
 * The loss of one head. Missing labels are masked.
 *
 * Its mean is over the labelled pictures; with `classWeights` a weighted one, divided by the weights of
 * their labels, except for `focal`, whose mean stays one over the pictures. Without any label it is 0.
 * Of a picture mixed from two, both labels count, by their shares.
 */
export function headLoss(reduction: 'sum' | 'mean', options: HeadLossOptions = {}): HeadLoss {
  const { loss = 'crossEntropy', classWeights, logitOffsets } = options;
  const weights = onDeviceOf(classWeights);
  const offsets = onDeviceOf(logitOffsets);
  return ({ logits, labels, mix }) => {
    const weight = weights(logits);
    const offset = offsets(logits);
    const adjusted = offset === undefined ? logits : logits.add(offset);
    const countsOf = (own: Tensor): Tensor =>
      loss === 'focal' || weight === undefined ? own.ge(0) : weightsOf(own, weight);
    const sumOver = (valuesOf: (own: Tensor) => Tensor): Tensor => {
      if (mix === undefined) return valuesOf(labels).sum();
      const other = valuesOf(mix.labels).mul(mix.share.neg().add(1));
      return valuesOf(labels).mul(mix.share).add(other).sum();
    };
    const total = sumOver((own) => losses[loss](adjusted, own, { ...options, weight }));
    if (reduction === 'sum') return total;
    return total.div(sumOver(countsOf).clamp({ min: smallestDenominator }));
  };
}

/** Logits whose softmax gives the probabilities of the classes, for a head trained with `loss`. */
export function answerLogits(logits: Tensor, loss: HeadLossName = 'crossEntropy'): Tensor {
  // One yes-or-no question a class: how sure each answer is, beside the others.
  return loss === 'binary' ? aten.log_sigmoid(logits) : logits;
}

/** Makes the mean over no label 0 instead of NaN, and no other mean different. */
const smallestDenominator = 1e-12;

type WeighedOptions = HeadLossOptions & { readonly weight: Tensor | undefined };

/** The loss of every picture, `(N)`, 0 where the label is missing. */
type EachLoss = (logits: Tensor, labels: Tensor, options: WeighedOptions) => Tensor;

const each = { ignoreIndex: MISSING, reduction: 'none' } as const;

const losses: Readonly<Record<HeadLossName, EachLoss>> = {
  crossEntropy: (logits, labels, { weight, labelSmoothing = 0 }) =>
    crossEntropy(logits, labels, { ...each, weight, labelSmoothing }),
  focal: (logits, labels, { weight, focalGamma: gamma = 2 }) =>
    focalLoss(logits, labels, { ...each, gamma, alpha: weight }),
  binary: (logits, labels, { weight, labelSmoothing = 0 }) => {
    const numClasses = logits.shape[1] ?? 0;
    const classes = arange({ end: numClasses }, { device: labels.device });
    const hit = labels.unsqueeze(1).eq(classes).to({ dtype: logits.dtype });
    const targets = hit.mul(1 - labelSmoothing).add(labelSmoothing / numClasses);
    const answers = binaryCrossEntropyWithLogits(logits, targets, { reduction: 'none' }).sum([1]);
    return answers.mul(weight === undefined ? labels.ge(0) : weightsOf(labels, weight));
  },
};

/** The weight of every picture's label, 0 where it is missing. */
function weightsOf(labels: Tensor, weight: Tensor): Tensor {
  return weight.indexSelect(0, labels.clamp({ min: 0 })).mul(labels.ge(0));
}

/** Numbers as a tensor beside the logits, made once. */
function onDeviceOf(values: readonly number[] | undefined): (like: Tensor) => Tensor | undefined {
  let made: Tensor | undefined;
  return ({ device, dtype }) => {
    if (values === undefined) return undefined;
    return (made ??= tensor(values, { device, dtype }).keep());
  };
}
