import { ShapeError } from '../errors.ts';
import { batchNorm } from '../functional/normalization.ts';
import { OptionCheck } from '../options.ts';
import type { Tensor } from '../tensor.ts';
import {
  type BatchNorm2dOptions,
  batchNormKeys,
  type BatchNormState,
  countBatch,
  registerBatchNorm,
} from './batchNorm.ts';
import { Module } from './module.ts';

/**
 * Batch normalisation of features `(N, C)`; see `batchNorm` for the arithmetic. State and options are
 * those of `BatchNorm2d`.
 *
 * @see Ioffe & Szegedy 2015, https://arxiv.org/abs/1502.03167
 */
export class BatchNorm1d extends Module {
  readonly #state: BatchNormState;

  constructor(numFeatures: number, options: BatchNorm2dOptions = {}) {
    super();
    const check = new OptionCheck('BatchNorm1d');
    this.#state = registerBatchNorm(this, numFeatures, [check, check.read(options, batchNormKeys)]);
  }

  /** @throws {ShapeError} if the features do not fit, or in training there is one sample. */
  forward(features: Tensor): Tensor {
    const [samples = 0, channels = 0] = features.shape;
    if (features.dim !== 2) {
      const rule = 'expected features to be (N, C)';
      throw new ShapeError(`BatchNorm1d: ${rule}, got (${features.shape.join(', ')}).`);
    }
    const { weight, bias, runningMean, runningVar, eps } = this.#state;
    const training = this.training || runningMean === undefined;
    const momentum = this.training ? countBatch(this.#state) : 0;
    const statistics = { runningMean, runningVar, training, momentum };
    const images = features.reshape([samples, channels, 1, 1]);
    return batchNorm(images, { weight, bias, eps, ...statistics }).reshape([samples, channels]);
  }
}
