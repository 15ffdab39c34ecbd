import { OptionCheck } from '../options.ts';
import { operator, type Tensor } from '../tensor.ts';
import { inLayoutOf } from './images.ts';

/** How GELU is computed: exactly, or by the approximation that many published networks used. */
export type GeluApproximation = 'none' | 'tanh';

const aten = {
  celu: operator('aten::celu'),
  dropout: operator('aten::dropout'),
  elu: operator('aten::elu'),
  gelu: operator('aten::gelu'),
  leakyRelu: operator('aten::leaky_relu'),
  logSoftmax: operator('aten::log_softmax.int'),
  relu: operator('aten::relu'),
  sigmoid: operator('aten::sigmoid'),
  silu: operator('aten::silu'),
  softmax: operator('aten::softmax.int'),
  softplus: operator('aten::softplus'),
  tanh: operator('aten::tanh'),
};

/** `max(x, 0)`. */
export function relu(input: Tensor): Tensor {
  return aten.relu(input);
}

/**
 * `x` where it is positive and `negativeSlope · x` elsewhere.
 *
 * @param options.negativeSlope slope of the negative part. @default 0.01
 */
export function leakyRelu(input: Tensor, options: { negativeSlope?: number } = {}): Tensor {
  const check = new OptionCheck('leakyRelu');
  const { negativeSlope = 0.01 } = check.read(options, ['negativeSlope']);
  return aten.leakyRelu(input, check.number('negativeSlope', negativeSlope, []));
}

/**
 * `x` where it is positive and `alpha · (exp(x) − 1)` elsewhere.
 *
 * @param options.alpha minus the limit of the negative part. @default 1
 * @see Clevert et al. 2016, https://arxiv.org/abs/1511.07289
 */
export function elu(input: Tensor, options: { alpha?: number } = {}): Tensor {
  const check = new OptionCheck('elu');
  const { alpha = 1 } = check.read(options, ['alpha']);
  return aten.elu(input, check.number('alpha', alpha, []));
}

/**
 * `max(0, x) + min(0, alpha · (exp(x / alpha) − 1))`: as {@link elu}, with a continuous slope.
 *
 * @param options.alpha minus the limit of the negative part, above 0. @default 1
 * @see Barron 2017, https://arxiv.org/abs/1704.07483
 */
export function celu(input: Tensor, options: { alpha?: number } = {}): Tensor {
  const check = new OptionCheck('celu');
  const { alpha = 1 } = check.read(options, ['alpha']);
  return aten.celu(input, check.positive('alpha', alpha));
}

/**
 * `x · Φ(x)`, Φ being the distribution function of the standard normal distribution.
 *
 * @param options.approximate `'tanh'` computes
 *   `x / 2 · (1 + tanh(√(2/π) · (x + 0.044715 · x³)))` instead. @default 'none'
 * @see Hendrycks & Gimpel 2016, https://arxiv.org/abs/1606.08415
 */
export function gelu(input: Tensor, options: { approximate?: GeluApproximation } = {}): Tensor {
  const check = new OptionCheck('gelu');
  const { approximate = 'none' } = check.read(options, ['approximate']);
  return aten.gelu(input, check.oneOf('approximate', approximate, ['none', 'tanh']));
}

/** `x · sigmoid(x)`, also called swish. */
export function silu(input: Tensor): Tensor {
  return aten.silu(input);
}

/** `1 / (1 + exp(−x))`. */
export function sigmoid(input: Tensor): Tensor {
  return aten.sigmoid(input);
}

/** The hyperbolic tangent. */
export function tanh(input: Tensor): Tensor {
  return aten.tanh(input);
}

/**
 * `log(1 + exp(beta · x)) / beta`, a smooth {@link relu}.
 *
 * @param options.beta sharpness of the bend, above 0. @default 1
 */
export function softplus(input: Tensor, options: { beta?: number } = {}): Tensor {
  const check = new OptionCheck('softplus');
  const { beta = 1 } = check.read(options, ['beta']);
  return aten.softplus(input, check.positive('beta', beta));
}

/** `exp(x) / Σ exp(x)` along `dim`. The layout in memory of images is kept. */
export function softmax(input: Tensor, dim: number): Tensor {
  return inLayoutOf(input, aten.softmax(input, dim));
}

/** `log(softmax(x))` along `dim`, computed without overflow. The layout of images is kept. */
export function logSoftmax(input: Tensor, dim: number): Tensor {
  return inLayoutOf(input, aten.logSoftmax(input, dim));
}

/**
 * Sets elements to 0 with probability `p` and divides the others by `1 − p`. Drawn from the
 * generator of the input's device, see `manualSeed`.
 *
 * @param options.p probability of an element to be dropped. @default 0.5
 * @param options.training `false` returns the input as it is. @default true
 * @see Srivastava et al. 2014, https://jmlr.org/papers/v15/srivastava14a.html
 */
export function dropout(input: Tensor, options: { p?: number; training?: boolean } = {}): Tensor {
  const check = new OptionCheck('dropout');
  const { p = 0.5, training = true } = check.read(options, ['p', 'training']);
  check.number('p', p, [0, 1]);
  return training ? aten.dropout(input, p, true) : input;
}
