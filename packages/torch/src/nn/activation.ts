import {
  celu,
  gelu,
  logSoftmax,
  relu,
  sigmoid,
  silu,
  softmax,
  type GeluApproximation,
} from '../functional/activation.ts';
import { OptionCheck } from '../options.ts';
import { operator, type Tensor } from '../tensor.ts';
import { Module } from './module.ts';

/** The option of activations that can do without memory of their own. */
export interface InplaceOptions {
  /** Write the result over the input, which then is lost. @default false */
  inplace?: boolean;
}

const reluInPlace = operator('aten::relu_');
const siluInPlace = operator('aten::silu_');
const celuInPlace = operator('aten::celu_');

/** `max(x, 0)`. */
export class ReLU extends Module {
  readonly #inplace: boolean;

  constructor(options: InplaceOptions = {}) {
    super();
    this.#inplace = readInplace('ReLU', options);
  }

  forward(input: Tensor): Tensor {
    return this.#inplace ? reluInPlace(input) : relu(input);
  }
}

/** `x · sigmoid(x)`, also called swish. */
export class SiLU extends Module {
  readonly #inplace: boolean;

  constructor(options: InplaceOptions = {}) {
    super();
    this.#inplace = readInplace('SiLU', options);
  }

  forward(input: Tensor): Tensor {
    return this.#inplace ? siluInPlace(input) : silu(input);
  }
}

/** Options of {@link CELU}. */
export interface CELUOptions extends InplaceOptions {
  /** Minus the limit of the negative part, above 0. @default 1 */
  alpha?: number;
}

/** `max(0, x) + min(0, alpha · (exp(x / alpha) − 1))`; see `celu`. */
export class CELU extends Module {
  readonly #alpha: number;
  readonly #inplace: boolean;

  constructor(options: CELUOptions = {}) {
    super();
    const check = new OptionCheck('CELU');
    const { alpha = 1, inplace = false } = check.read(options, ['alpha', 'inplace']);
    this.#alpha = check.positive('alpha', alpha);
    this.#inplace = check.flag('inplace', inplace);
  }

  forward(input: Tensor): Tensor {
    return this.#inplace ? celuInPlace(input, this.#alpha) : celu(input, { alpha: this.#alpha });
  }
}

/** Options of {@link GELU}. */
export interface GELUOptions {
  /** `'tanh'` for the approximation of many published networks. @default 'none' */
  approximate?: GeluApproximation;
}

/** `x · Φ(x)`; see `gelu`. */
export class GELU extends Module {
  /** How it is computed. */
  readonly approximate: GeluApproximation;

  constructor(options: GELUOptions = {}) {
    super();
    const check = new OptionCheck('GELU');
    const { approximate = 'none' } = check.read(options, ['approximate']);
    this.approximate = check.oneOf('approximate', approximate, ['none', 'tanh']);
  }

  forward(input: Tensor): Tensor {
    return gelu(input, { approximate: this.approximate });
  }
}

/** `1 / (1 + exp(−x))`. */
export class Sigmoid extends Module {
  forward(input: Tensor): Tensor {
    return sigmoid(input);
  }
}

/** `exp(x) / Σ exp(x)` along `dim`. */
export class Softmax extends Module {
  readonly #dim: number;

  constructor(dim: number) {
    super();
    this.#dim = readDim('Softmax', dim);
  }

  forward(input: Tensor): Tensor {
    return softmax(input, this.#dim);
  }
}

/** `log(softmax(x))` along `dim`, computed without overflow. */
export class LogSoftmax extends Module {
  readonly #dim: number;

  constructor(dim: number) {
    super();
    this.#dim = readDim('LogSoftmax', dim);
  }

  forward(input: Tensor): Tensor {
    return logSoftmax(input, this.#dim);
  }
}

function readInplace(where: string, options: InplaceOptions): boolean {
  const check = new OptionCheck(where);
  const { inplace = false } = check.read(options, ['inplace']);
  return check.flag('inplace', inplace);
}

function readDim(where: string, dim: number): number {
  return new OptionCheck(where).integer('dim', dim, -8);
}
