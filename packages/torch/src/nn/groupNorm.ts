import { ones, zeros } from '../create.ts';
import { groupNorm } from '../functional/normalization.ts';
import { OptionCheck } from '../options.ts';
import type { Tensor } from '../tensor.ts';
import { Module } from './module.ts';
import { parameter, type Parameter } from './parameter.ts';

/** Options of {@link GroupNorm}. */
export interface GroupNormOptions {
  /** Added to the variance before the root. @default 1e-5 */
  eps?: number;
  /** Learn a scale (1 at first) and an offset (0) for each channel. @default true */
  affine?: boolean;
}

/**
 * Normalises groups of neighbouring channels of each sample: `(N, numChannels, *)` → the same
 * shape. Parameters: `weight` and `bias`, `(numChannels)`. It is the same in training and evaluation.
 *
 * @see Wu & He 2018, https://arxiv.org/abs/1803.08494
 */
export class GroupNorm extends Module {
  readonly weight: Parameter | undefined;
  readonly bias: Parameter | undefined;
  readonly #numGroups: number;
  readonly #eps: number;

  constructor(numGroups: number, numChannels: number, options: GroupNormOptions = {}) {
    super();
    const check = new OptionCheck('GroupNorm');
    const { eps = 1e-5, affine = true } = check.read(options, ['eps', 'affine']);
    this.#numGroups = check.integer('numGroups', numGroups, 1);
    this.#eps = check.number('eps', eps, [0]);
    if (check.integer('numChannels', numChannels, 1) % numGroups !== 0) {
      throw check.error('numChannels', `divisible by numGroups (${numGroups})`, numChannels);
    }
    const learned = check.flag('affine', affine);
    const [scale, offset] = learned ? [ones([numChannels]), zeros([numChannels])] : [];
    this.weight = this.registerParameter('weight', scale && parameter(scale));
    this.bias = this.registerParameter('bias', offset && parameter(offset));
  }

  /** @throws {ShapeError} if the channels cannot be divided into the groups. */
  forward(input: Tensor): Tensor {
    const { weight, bias } = this;
    return groupNorm(input, this.#numGroups, { weight, bias, eps: this.#eps });
  }
}
