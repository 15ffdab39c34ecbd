import { noGrad } from '../autograd.ts';
import { cat, stack } from '../create.ts';
import { ShapeError } from '../errors.ts';
import { checkFourDimensions } from '../functional/images.ts';
import { batchNorm } from '../functional/normalization.ts';
import { OptionCheck } from '../options.ts';
import { operator, type Tensor } from '../tensor.ts';
import {
  batchNormKeys,
  countBatch,
  registerBatchNorm,
  type BatchNorm2dOptions,
  type BatchNormState,
} from './batchNorm.ts';
import { Module } from './module.ts';
import type { Parameter } from './parameter.ts';

/** Options of {@link GhostBatchNorm2d}. */
export interface GhostBatchNorm2dOptions extends BatchNorm2dOptions {
  /** Into how many parts a batch is split. */
  splits: number;
}

const tensorSplit = operator('aten::tensor_split.sections');

/**
 * Batch normalisation with the statistics of parts of the batch, so that a large batch is
 * regularised as a small one. `(N, C, H, W)` → the same shape; state as in `BatchNorm2d`.
 *
 * In training, the batch is split in order into `splits` parts, whose sizes differ by at most one,
 * and each is normalised by itself. The running statistics move towards the mean of those of the
 * parts. In evaluation it is `BatchNorm2d`, but without running statistics (`trackRunningStats: false`) it
 * splits then too.
 *
 * @see Hoffer et al. 2017, https://arxiv.org/abs/1705.08741
 */
export class GhostBatchNorm2d extends Module {
  readonly weight: Parameter | undefined;
  readonly bias: Parameter | undefined;
  readonly #state: BatchNormState;
  readonly #splits: number;

  constructor(numFeatures: number, options: GhostBatchNorm2dOptions) {
    super();
    const check = new OptionCheck('GhostBatchNorm2d');
    const { splits, ...others } = check.read(options, [...batchNormKeys, 'splits']);
    this.#splits = check.integer('splits', splits, 2);
    this.#state = registerBatchNorm(this, numFeatures, [check, others]);
    ({ weight: this.weight, bias: this.bias } = this.#state);
  }

  /** @throws {ShapeError} if images are split, and there are fewer of them than splits. */
  forward(images: Tensor): Tensor {
    const { weight, bias, eps, runningMean, runningVar } = this.#state;
    const affine = { weight, bias, eps };
    if (!this.training && runningMean !== undefined) {
      return batchNorm(images, { ...affine, runningMean, runningVar });
    }
    const parts = this.#split(images);
    const statistics = parts.map(() => [copyOf(runningMean), copyOf(runningVar)] as const);
    const momentum = this.training ? countBatch(this.#state) : 0;
    const outputs = parts.map((part, index) => {
      const [mean, variance] = statistics[index] ?? [];
      const running = { runningMean: mean, runningVar: variance, training: true, momentum };
      return batchNorm(part, { ...affine, ...running });
    });
    replaceByMean(
      runningMean,
      statistics.map(([mean]) => mean),
    );
    replaceByMean(
      runningVar,
      statistics.map(([, variance]) => variance),
    );
    return cat(outputs, 0);
  }

  #split(images: Tensor): Tensor[] {
    checkFourDimensions('GhostBatchNorm2d', images);
    const [count = 0] = images.shape;
    if (count >= this.#splits) return tensorSplit(images, this.#splits, 0);
    const rule = `expected images to be at least as many as splits (${this.#splits})`;
    const remedy = 'Use a larger batch, or leave out the last one where it is smaller.';
    throw new ShapeError(`GhostBatchNorm2d: ${rule}, got ${count}. ${remedy}`);
  }
}

function copyOf(running: Tensor | undefined): Tensor | undefined {
  return running?.clone();
}

function replaceByMean(
  running: Tensor | undefined,
  ofParts: readonly (Tensor | undefined)[],
): void {
  const known = ofParts.filter((part) => part !== undefined);
  noGrad(() => running?.copy_(stack(known, 0).mean([0])));
}
