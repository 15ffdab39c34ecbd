import { ShapeError } from '../errors.ts';
import { OptionCheck } from '../options.ts';
import { operator, type Tensor } from '../tensor.ts';
import {
  binaryCrossEntropyWithLogits,
  checkSameShape,
  nllLoss,
  reductionNumber,
  type LossOptions,
  type Reduction,
} from './loss.ts';

/** Options of {@link focalLoss}. */
export interface FocalLossOptions extends LossOptions {
  /** How strongly easy samples are turned down; 0 turns none down. @default 2 */
  gamma?: number;
  /** `(K)`: factor on the loss of each class. The mean stays one over the samples. @default none */
  alpha?: Tensor | undefined;
  /** Targets of this value count neither in the sum nor in the mean. @default -100 */
  ignoreIndex?: number;
}

/** Options of {@link sigmoidFocalLoss}. */
export interface SigmoidFocalLossOptions extends LossOptions {
  /** How strongly easy elements are turned down; 0 turns none down. @default 2 */
  gamma?: number;
  /** Factor on positive elements; negative ones have `1 − alpha`. @default none */
  alpha?: number;
}

const expm1 = operator('aten::expm1');
const classCheck = new OptionCheck('focalLoss');
const binaryCheck = new OptionCheck('sigmoidFocalLoss');

/**
 * Focal loss over classes that exclude each other: `−alpha[t] · (1 − p)^gamma · log p`, with `p` the
 * softmax probability of the target class `t`.
 *
 * @param logits `(N, K)`.
 * @param targets class indices, int64 `(N)`.
 * @returns `(N)` with reduction `'none'`, otherwise one number. The mean is over the samples that
 *   are not ignored.
 * @throws {ShapeError} if the shapes do not fit.
 * @see Lin et al. 2017, https://arxiv.org/abs/1708.02002, eq. 5, with softmax for its sigmoid
 */
export function focalLoss(logits: Tensor, targets: Tensor, options: FocalLossOptions = {}): Tensor {
  classCheck.read(options, ['gamma', 'alpha', 'ignoreIndex', 'reduction']);
  const { gamma = 2, alpha, ignoreIndex = -100, reduction = 'mean' } = options;
  classCheck.number('gamma', gamma, [0]);
  reductionNumber(classCheck, reduction);
  if (logits.dim !== 2) {
    throw new ShapeError(
      `focalLoss: expected logits to be (N, K), got (${logits.shape.join(', ')}).`,
    );
  }
  const surprise = nllLoss(logits.logSoftmax(1), targets, { ignoreIndex, reduction: 'none' });
  const missed: Tensor = expm1(surprise.neg()).neg(); // 1 − p, exact also where p is near 1
  const weighted = surprise.mul(turnedDown(missed, gamma));
  const counted = targets.ne(ignoreIndex);
  if (alpha === undefined) return reduced(weighted, reduction, counted);
  const factors = alpha.indexSelect(0, targets.mul(counted)); // an ignored target is no index
  return reduced(weighted.mul(factors), reduction, counted);
}

/**
 * Focal loss over yes-or-no elements: `−alpha_t · (1 − p_t)^gamma · log p_t`, with `p_t` the
 * probability of what the target says.
 *
 * @param logits any shape.
 * @param targets 0 or 1 (or between), the same shape and type.
 * @throws {ShapeError} if the shapes differ.
 * @see Lin et al. 2017, https://arxiv.org/abs/1708.02002, eq. 5
 */
export function sigmoidFocalLoss(
  logits: Tensor,
  targets: Tensor,
  options: SigmoidFocalLossOptions = {},
): Tensor {
  binaryCheck.read(options, ['gamma', 'alpha', 'reduction']);
  const { gamma = 2, alpha, reduction = 'mean' } = options;
  binaryCheck.number('gamma', gamma, [0]);
  reductionNumber(binaryCheck, reduction);
  checkSameShape('sigmoidFocalLoss', logits, targets);
  const entropy = binaryCrossEntropyWithLogits(logits, targets, { reduction: 'none' });
  const positive = logits.sigmoid();
  const missed = positive.add(targets).sub(positive.mul(targets).mul(2)); // 1 − p_t
  const weighted = entropy.mul(turnedDown(missed, gamma));
  if (alpha === undefined) return reduced(weighted, reduction);
  binaryCheck.number('alpha', alpha, [0, 1]);
  return reduced(weighted.mul(targets.mul(2 * alpha - 1).add(1 - alpha)), reduction);
}

/** `missed^gamma`; the bound keeps the gradient finite where gamma is below 1 and nothing is missed. */
function turnedDown(missed: Tensor, gamma: number): Tensor {
  return missed.clamp({ min: 1e-12 }).pow(gamma);
}

function reduced(losses: Tensor, reduction: Reduction, counted?: Tensor): Tensor {
  if (reduction === 'none') return losses;
  if (reduction === 'sum') return losses.sum();
  return counted === undefined ? losses.mean() : losses.sum().div(counted.sum());
}
