import { ones, zeros } from '../create.ts';
import { layerNorm } from '../functional/normalization.ts';
import { OptionCheck } from '../options.ts';
import type { Tensor } from '../tensor.ts';
import { Module } from './module.ts';
import { parameter, type Parameter } from './parameter.ts';

/** Options of {@link LayerNorm}. */
export interface LayerNormOptions {
  /** Added to the variance before the root. @default 1e-5 */
  eps?: number;
  /** Learn a scale (1 at first) and an offset (0) for each element. @default true */
  elementwiseAffine?: boolean;
}

/**
 * Normalises the last dimensions of each sample: `(*, ...normalizedShape)` → the same shape.
 * Parameters: `weight` and `bias` in `normalizedShape`. It is the same in training and evaluation.
 *
 * @see Ba et al. 2016, https://arxiv.org/abs/1607.06450
 */
export class LayerNorm extends Module {
  readonly weight: Parameter | undefined;
  readonly bias: Parameter | undefined;
  readonly #normalizedShape: readonly number[];
  readonly #eps: number;

  constructor(normalizedShape: number | readonly number[], options: LayerNormOptions = {}) {
    super();
    const check = new OptionCheck('LayerNorm');
    const { eps = 1e-5, elementwiseAffine = true } = check.read(options, [
      'eps',
      'elementwiseAffine',
    ]);
    const shape = typeof normalizedShape === 'number' ? [normalizedShape] : [...normalizedShape];
    if (shape.length === 0) throw check.error('normalizedShape', 'one extent or more', shape);
    for (const extent of shape) check.integer('normalizedShape', extent, 1);
    this.#normalizedShape = shape;
    this.#eps = check.number('eps', eps, [0]);
    const learned = check.flag('elementwiseAffine', elementwiseAffine);
    const [scale, offset] = learned ? [ones(shape), zeros(shape)] : [];
    this.weight = this.registerParameter('weight', scale && parameter(scale));
    this.bias = this.registerParameter('bias', offset && parameter(offset));
  }

  /** @throws {ShapeError} if the input does not end with `normalizedShape`. */
  forward(input: Tensor): Tensor {
    const { weight, bias } = this;
    return layerNorm(input, this.#normalizedShape, { weight, bias, eps: this.#eps });
  }
}
