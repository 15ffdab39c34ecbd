import { isFloatingPoint } from '../dtype.ts';
import { ShapeError } from '../errors.ts';
import { OptionCheck } from '../options.ts';
import { operator, type Tensor } from '../tensor.ts';

/** One loss for each sample, or their sum, or their mean. */
export type Reduction = 'none' | 'sum' | 'mean';

/** The option that every loss has. */
export interface LossOptions {
  /** What becomes of the losses of the samples. @default 'mean' */
  reduction?: Reduction;
}

/** Options of {@link nllLoss}. */
export interface NllLossOptions extends LossOptions {
  /**
   * `(K)`: factor on the loss of each class. The mean is then weighted: it is divided by the sum of
   * the weights of the targets. @default none
   */
  weight?: Tensor | undefined;
  /** Targets of this value count neither in the sum nor in the mean. @default -100 */
  ignoreIndex?: number;
}

/** Options of {@link crossEntropy}. */
export interface CrossEntropyOptions extends NllLossOptions {
  /** Share of the target that is spread evenly over all classes, from 0 to 1. @default 0 */
  labelSmoothing?: number;
}

/** Options of {@link binaryCrossEntropy}. */
export interface BinaryCrossEntropyOptions extends LossOptions {
  /** Factor on each element's loss; it broadcasts. The mean stays one over all elements. */
  weight?: Tensor | undefined;
}

/** Options of {@link binaryCrossEntropyWithLogits}. */
export interface BinaryCrossEntropyWithLogitsOptions extends BinaryCrossEntropyOptions {
  /** Factor on the positive part of the loss, for example negatives / positives; it broadcasts. */
  posWeight?: Tensor | undefined;
}

const aten = {
  binaryCrossEntropy: operator('aten::binary_cross_entropy'),
  binaryCrossEntropyWithLogits: operator('aten::binary_cross_entropy_with_logits'),
  crossEntropy: operator('aten::cross_entropy_loss'),
  nll: operator('aten::nll_loss_nd'),
};

/** libtorch's numbers for the kinds of reduction. */
const reductions = { none: 0, mean: 1, sum: 2 } as const;

const checks = {
  binaryCrossEntropy: new OptionCheck('binaryCrossEntropy'),
  binaryCrossEntropyWithLogits: new OptionCheck('binaryCrossEntropyWithLogits'),
  crossEntropy: new OptionCheck('crossEntropy'),
  nllLoss: new OptionCheck('nllLoss'),
};

/** The number libtorch has for a reduction. @throws {OptionError} */
export function reductionNumber(check: OptionCheck, reduction: Reduction): number {
  return reductions[check.oneOf('reduction', reduction, ['none', 'sum', 'mean'])];
}

/**
 * Cross-entropy of softmax: `−Σ target · log softmax(logits)` over the classes.
 *
 * @param logits `(N, K)` or, for each pixel, `(N, K, *)`.
 * @param targets class indices, int64 `(N)` or `(N, *)`; or probabilities in the shape and type of
 *   `logits`.
 * @returns `(N)` or `(N, *)` with reduction `'none'`, otherwise one number. The mean of no sample
 *   (an empty batch, or all ignored) is NaN.
 * @throws {ShapeError} if the shapes do not fit.
 * @throws {OptionError} if `ignoreIndex` is given with probabilities, where it has no meaning.
 * @throws {NativeError} if a class index is out of range.
 * @see Szegedy et al. 2016, https://arxiv.org/abs/1512.00567, for label smoothing
 */
export function crossEntropy(
  logits: Tensor,
  targets: Tensor,
  options: CrossEntropyOptions = {},
): Tensor {
  const check = checks.crossEntropy;
  check.read(options, ['weight', 'ignoreIndex', 'labelSmoothing', 'reduction']);
  const { weight, ignoreIndex = -100, labelSmoothing = 0, reduction = 'mean' } = options;
  const kind = reductionNumber(check, reduction);
  check.number('labelSmoothing', labelSmoothing, [0, 1]);
  checkTargets('crossEntropy', logits, targets);
  if (isFloatingPoint(targets.dtype) && options.ignoreIndex !== undefined) {
    throw check.error('ignoreIndex', 'left out with probabilities as targets', ignoreIndex);
  }
  return aten.crossEntropy(logits, targets, weight, kind, ignoreIndex, labelSmoothing);
}

/**
 * Negative log-likelihood: minus the log-probability of the target class.
 *
 * @param logProbabilities `(N, K)` or `(N, K, *)`, as `logSoftmax` gives them.
 * @param targets class indices, int64 `(N)` or `(N, *)`.
 * @returns as {@link crossEntropy}.
 * @throws {ShapeError} if the shapes do not fit.
 */
export function nllLoss(
  logProbabilities: Tensor,
  targets: Tensor,
  options: NllLossOptions = {},
): Tensor {
  const check = checks.nllLoss;
  check.read(options, ['weight', 'ignoreIndex', 'reduction']);
  const { weight, ignoreIndex = -100, reduction = 'mean' } = options;
  const kind = reductionNumber(check, reduction);
  if (isFloatingPoint(targets.dtype)) {
    throw new ShapeError(
      `nllLoss: expected targets to be class indices, got ${describe(targets)}.`,
    );
  }
  checkTargets('nllLoss', logProbabilities, targets);
  return aten.nll(logProbabilities, targets, weight, kind, ignoreIndex);
}

/**
 * `−(t · log p + (1 − t) · log(1 − p))` for every element; logarithms are held above −100.
 *
 * @param probabilities in [0, 1], any shape.
 * @param targets in [0, 1], the same shape and type.
 * @throws {ShapeError} if the shapes differ.
 */
export function binaryCrossEntropy(
  probabilities: Tensor,
  targets: Tensor,
  options: BinaryCrossEntropyOptions = {},
): Tensor {
  const check = checks.binaryCrossEntropy;
  const { weight, reduction = 'mean' } = check.read(options, ['weight', 'reduction']);
  const kind = reductionNumber(check, reduction);
  checkSameShape('binaryCrossEntropy', probabilities, targets);
  return aten.binaryCrossEntropy(probabilities, targets, weight, kind);
}

/**
 * {@link binaryCrossEntropy} of `sigmoid(logits)`, computed without overflow.
 *
 * @param logits any shape.
 * @param targets in [0, 1], the same shape and type.
 * @throws {ShapeError} if the shapes differ.
 */
export function binaryCrossEntropyWithLogits(
  logits: Tensor,
  targets: Tensor,
  options: BinaryCrossEntropyWithLogitsOptions = {},
): Tensor {
  const check = checks.binaryCrossEntropyWithLogits;
  check.read(options, ['weight', 'posWeight', 'reduction']);
  const { weight, posWeight, reduction = 'mean' } = options;
  const kind = reductionNumber(check, reduction);
  checkSameShape('binaryCrossEntropyWithLogits', logits, targets);
  return aten.binaryCrossEntropyWithLogits(logits, targets, weight, posWeight, kind);
}

/** @throws {ShapeError} if two shapes differ. */
export function checkSameShape(where: string, { shape }: Tensor, targets: Tensor): void {
  if (String(shape) === String(targets.shape)) return;
  const rule = `expected targets to have the shape of the input (${shape.join(', ')})`;
  throw new ShapeError(`${where}: ${rule}, got (${targets.shape.join(', ')}).`);
}

/** @throws {ShapeError} if `(N, K, *)` and targets `(N, *)`, or equal shapes, do not fit. */
export function checkTargets(where: string, { shape }: Tensor, targets: Tensor): void {
  const [samples, , ...more] = shape;
  const indices = [samples, ...more];
  const fits = String(isFloatingPoint(targets.dtype) ? shape : indices) === String(targets.shape);
  if (fits && shape.length >= 2) return;
  const rule =
    shape.length < 2
      ? 'expected input to be (N, K) or (N, K, *)'
      : `expected targets to be int64 (${indices.join(', ')}) or probabilities (${shape.join(', ')})`;
  const got = shape.length < 2 ? `(${shape.join(', ')})` : describe(targets);
  throw new ShapeError(`${where}: ${rule}, got ${got}.`);
}

function describe({ dtype, shape }: Tensor): string {
  return `${dtype} (${shape.join(', ')})`;
}
