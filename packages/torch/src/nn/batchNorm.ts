import { ones, tensor, zeros } from '../create.ts';
import { noGrad } from '../autograd.ts';
import {
  type AfterBatchNorm,
  batchNorm,
  type BatchNormOptions,
  convBatchNorm,
} from '../functional/normalization.ts';
import { maxPool2d } from '../functional/pooling.ts';
import { OptionCheck } from '../options.ts';
import type { Tensor } from '../tensor.ts';
import { Conv2d } from './conv.ts';
import { Module } from './module.ts';
import { parameter, type Parameter } from './parameter.ts';

/** Options of {@link BatchNorm2d}. */
export interface BatchNorm2dOptions {
  /** Added to the variance before the root. @default 1e-5 */
  eps?: number;
  /**
   * Weight of the *new* value in the running statistics, as in PyTorch (Keras' momentum is one minus
   * this). `'cumulative'` gives every batch the same weight: a plain mean. @default 0.1
   */
  momentum?: number | 'cumulative';
  /** Learn a scale and an offset for each channel. @default true */
  affine?: boolean;
  /** Keep running statistics; without, the batch's own are used in evaluation too. @default true */
  trackRunningStats?: boolean;
}

/** What follows a convolution and its batch norm; see {@link BatchNorm2d.forwardConvolved}. */
export interface AfterConvolution extends AfterBatchNorm {
  /** Keep the largest of every 2x2 outputs of the convolution, and normalise those. @default false */
  poolFirst?: boolean;
}

export const batchNormKeys = ['eps', 'momentum', 'affine', 'trackRunningStats'] as const;

/** The parameters, buffers and numbers that a layer of batch norm consists of. */
export interface BatchNormState {
  readonly weight: Parameter | undefined;
  readonly bias: Parameter | undefined;
  readonly runningMean: Tensor | undefined;
  readonly runningVar: Tensor | undefined;
  readonly numBatchesTracked: Tensor | undefined;
  readonly eps: number;
  readonly momentum: number | 'cumulative';
}

/**
 * Batch normalisation of images `(N, C, H, W)`; see `batchNorm` for the arithmetic.
 *
 * State, under PyTorch's keys: `weight` (1 at first), `bias` (0), `running_mean` (0),
 * `running_var` (1), all `(C)`, and `num_batches_tracked`, int64.
 *
 * @see Ioffe & Szegedy 2015, https://arxiv.org/abs/1502.03167
 */
export class BatchNorm2d extends Module {
  readonly weight: Parameter | undefined;
  readonly bias: Parameter | undefined;
  readonly #state: BatchNormState;

  constructor(numFeatures: number, options: BatchNorm2dOptions = {}) {
    super();
    const check = new OptionCheck('BatchNorm2d');
    this.#state = registerBatchNorm(this, numFeatures, [check, check.read(options, batchNormKeys)]);
    ({ weight: this.weight, bias: this.bias } = this.#state);
  }

  /**
   * @param after an activation, an addition and a pool to compute in the same pass.
   * @throws {ShapeError} if the channels do not fit, or in training a channel has one value.
   */
  forward(images: Tensor, after: AfterBatchNorm = {}): Tensor {
    return batchNorm(images, { ...this.forBatch(), ...after });
  }

  /**
   * What `forward(conv.forward(images), after)` gives, in fewer passes over memory where the convolution
   * is 3x3 with stride 1 or 2 and padding 1, without bias and groups. A hook on either module, and a
   * `forward` of its own or of a subclass, is obeyed.
   *
   * @param after.poolFirst keep the largest of every 2x2 outputs of the convolution, and normalise
   *   those.
   * @throws {ShapeError} if the channels do not fit, or in training a channel has one value.
   */
  forwardConvolved(conv: Conv2d, images: Tensor, after: AfterConvolution = {}): Tensor {
    const { poolFirst = false, ...rest } = after;
    const isPlain = conv.forward === Conv2d.prototype.forward && !overridesForwardAlone(this);
    const stride = conv.stride3x3;
    if (stride !== undefined && isPlain) {
      return convBatchNorm(images, conv.weight, { ...this.forBatch(), ...after, stride });
    }
    const convolved = conv.forward(images);
    return this.forward(poolFirst ? maxPool2d(convolved, 2) : convolved, rest);
  }

  /**
   * The state as `batchNorm` takes it; in training, one more batch is counted. For functions that compute
   * this layer together with others.
   */
  forBatch(): BatchNormOptions {
    const { weight, bias, runningMean, runningVar, eps } = this.#state;
    const training = this.training || runningMean === undefined;
    const momentum = this.training ? countBatch(this.#state) : 0;
    return { weight, bias, eps, runningMean, runningVar, training, momentum };
  }
}

/**
 * Whether a norm or its class was given a `forward` without a `forwardConvolved` to match, as a hook does it:
 * then only `forward` says what it computes.
 */
function overridesForwardAlone(norm: BatchNorm2d): boolean {
  let at: object = norm;
  while (!Object.hasOwn(at, 'forwardConvolved')) {
    if (Object.hasOwn(at, 'forward')) return true;
    at = Object.getPrototypeOf(at) as object; // BatchNorm2d at the latest has it
  }
  return false;
}

/** Registers on `module` what a layer of batch norm holds, in PyTorch's order. */
export function registerBatchNorm(
  module: Module,
  numFeatures: number,
  [check, options]: readonly [OptionCheck, BatchNorm2dOptions],
): BatchNormState {
  const { eps = 1e-5, momentum = 0.1, affine = true, trackRunningStats = true } = options;
  check.integer('numFeatures', numFeatures, 1);
  check.number('eps', eps, [0]);
  if (momentum !== 'cumulative') check.number('momentum', momentum, [0, 1]);
  check.flag('affine', affine);
  check.flag('trackRunningStats', trackRunningStats);
  if (!trackRunningStats && options.momentum !== undefined) {
    throw check.error('momentum', 'left out without trackRunningStats', momentum);
  }
  const shape = [numFeatures];
  const when = <T>(wanted: boolean, make: () => T) => (wanted ? make() : undefined);
  const buffer = (key: string, make: () => Tensor) =>
    when(trackRunningStats, () => module.registerBuffer(key, make()));
  return {
    weight: module.registerParameter(
      'weight',
      when(affine, () => parameter(ones(shape))),
    ),
    bias: module.registerParameter(
      'bias',
      when(affine, () => parameter(zeros(shape))),
    ),
    runningMean: buffer('running_mean', () => zeros(shape)),
    runningVar: buffer('running_var', () => ones(shape)),
    numBatchesTracked: buffer('num_batches_tracked', () => tensor(0, { dtype: 'int64' })),
    eps,
    momentum,
  };
}

/** Counts one more batch of training, and returns its weight in the running statistics. */
export function countBatch({ numBatchesTracked, momentum }: BatchNormState): number {
  if (numBatchesTracked === undefined) return 0;
  noGrad(() => numBatchesTracked.add_(1));
  return momentum === 'cumulative' ? 1 / numBatchesTracked.item() : momentum;
}
