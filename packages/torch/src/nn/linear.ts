import { empty } from '../create.ts';
import { linear } from '../functional/linalg.ts';
import { OptionCheck } from '../options.ts';
import type { Tensor } from '../tensor.ts';
import { kaimingUniform, uniformFanIn } from './init.ts';
import { Module } from './module.ts';
import { parameter, type Parameter } from './parameter.ts';

/** Options of {@link Linear}. */
export interface LinearOptions {
  /** Add a learned offset to every output feature. @default true */
  bias?: boolean;
}

const check = new OptionCheck('Linear');

/**
 * Affine map of the last dimension: `x · weightᵀ + bias`, `(*, inFeatures)` → `(*, outFeatures)`.
 *
 * Parameters: `weight` `(outFeatures, inFeatures)` and `bias` `(outFeatures)`, both uniform in
 * ±1/√inFeatures at first, as in PyTorch.
 */
export class Linear extends Module {
  readonly weight: Parameter;
  readonly bias: Parameter | undefined;

  constructor(inFeatures: number, outFeatures: number, options: LinearOptions = {}) {
    super();
    const { bias = true } = check.read(options, ['bias']);
    check.integer('inFeatures', inFeatures, 1);
    check.integer('outFeatures', outFeatures, 1);
    check.flag('bias', bias);
    const weight = kaimingUniform(empty([outFeatures, inFeatures]), { a: Math.sqrt(5) });
    this.weight = this.registerParameter('weight', parameter(weight));
    const offset = bias
      ? parameter(uniformFanIn(empty([outFeatures]), { fanIn: inFeatures }))
      : undefined;
    this.bias = this.registerParameter('bias', offset);
  }

  forward(input: Tensor): Tensor {
    return linear(input, this.weight, this.bias);
  }
}
