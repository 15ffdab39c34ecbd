import { noGrad } from '../autograd.ts';
import { ShapeError } from '../errors.ts';
import { OptionCheck } from '../options.ts';
import type { Generator } from '../random.ts';
import { operator, type Tensor } from '../tensor.ts';

/** What every initializer that draws can be given. */
export interface RandomInitOptions {
  /** Where the numbers come from. @default the device's own generator, see `manualSeed` */
  generator?: Generator;
}

/** Which sum of connections keeps its variance: of the forward or of the backward pass. */
export type FanMode = 'fanIn' | 'fanOut';

/** What follows the layer; it sets the gain of Kaiming's initializers. */
export type Nonlinearity = 'linear' | 'sigmoid' | 'tanh' | 'relu' | 'leakyRelu' | 'selu';

/** Options of {@link kaimingUniform} and {@link kaimingNormal}. */
export interface KaimingOptions extends RandomInitOptions {
  /** Negative slope of the rectifier; read only with `leakyRelu`. @default 0 */
  a?: number;
  /** @default 'fanIn' */
  mode?: FanMode;
  /** @default 'leakyRelu' */
  nonlinearity?: Nonlinearity;
}

/** Options of {@link xavierUniform} and {@link xavierNormal}. */
export interface XavierOptions extends RandomInitOptions {
  /** Factor on the standard deviation. @default 1 */
  gain?: number;
}

const drawUniform = operator('aten::uniform_');
const drawNormal = operator('aten::normal_');

/**
 * Fills with uniform numbers in ±√3 · gain / √fan, so that rectified layers keep their variance.
 *
 * @param tensor `(out, in, *)`, filled in place.
 * @returns `tensor`.
 * @throws {OptionError} if `a` is given for another nonlinearity than `leakyRelu`.
 * @throws {ShapeError} if `tensor` has fewer than 2 dimensions.
 * @see He et al. 2015, https://arxiv.org/abs/1502.01852
 */
export function kaimingUniform(tensor: Tensor, options: KaimingOptions = {}): Tensor {
  const bound = Math.sqrt(3) * kaimingDeviation('kaimingUniform', tensor, options);
  return fillUniform(tensor, [-bound, bound], options.generator);
}

/** As {@link kaimingUniform}, with normal numbers of standard deviation gain / √fan. */
export function kaimingNormal(tensor: Tensor, options: KaimingOptions = {}): Tensor {
  const std = kaimingDeviation('kaimingNormal', tensor, options);
  return fillNormal(tensor, [0, std], options.generator);
}

/**
 * Fills with uniform numbers in ±gain · √(6 / (fan in + fan out)).
 *
 * @param tensor `(out, in, *)`, filled in place.
 * @returns `tensor`.
 * @throws {ShapeError} if `tensor` has fewer than 2 dimensions.
 * @see Glorot & Bengio 2010, https://proceedings.mlr.press/v9/glorot10a.html
 */
export function xavierUniform(tensor: Tensor, options: XavierOptions = {}): Tensor {
  const bound = Math.sqrt(3) * xavierDeviation('xavierUniform', tensor, options);
  return fillUniform(tensor, [-bound, bound], options.generator);
}

/** As {@link xavierUniform}, with normal numbers of standard deviation gain · √(2 / (in + out)). */
export function xavierNormal(tensor: Tensor, options: XavierOptions = {}): Tensor {
  const std = xavierDeviation('xavierNormal', tensor, options);
  return fillNormal(tensor, [0, std], options.generator);
}

/**
 * Fills with uniform numbers in ±1/√fanIn: PyTorch's choice for the biases of linear and
 * convolutional layers.
 *
 * @param options.fanIn how many inputs one output sums up. @default taken from the shape `(out, in, *)`
 * @returns `tensor`.
 * @throws {ShapeError} if `fanIn` is left out and `tensor` has fewer than 2 dimensions.
 */
export function uniformFanIn(
  tensor: Tensor,
  options: RandomInitOptions & { fanIn?: number } = {},
): Tensor {
  const check = new OptionCheck('uniformFanIn');
  const { fanIn = fans('uniformFanIn', tensor).fanIn, generator } = check.read(options, [
    'fanIn',
    'generator',
  ]);
  const bound = 1 / Math.sqrt(check.integer('fanIn', fanIn, 1));
  return fillUniform(tensor, [-bound, bound], generator);
}

/** Fills with uniform numbers from `from` (default 0) up to `to` (default 1). Returns `tensor`. */
export function uniform(
  tensor: Tensor,
  options: RandomInitOptions & { from?: number; to?: number } = {},
): Tensor {
  const check = new OptionCheck('uniform');
  const { from = 0, to = 1, generator } = check.read(options, ['from', 'to', 'generator']);
  check.number('to', to, [check.number('from', from, [])]);
  return fillUniform(tensor, [from, to], generator);
}

/** Fills with normal numbers of a `mean` (default 0) and `std` (default 1). Returns `tensor`. */
export function normal(
  tensor: Tensor,
  options: RandomInitOptions & { mean?: number; std?: number } = {},
): Tensor {
  const check = new OptionCheck('normal');
  const { mean = 0, std = 1, generator } = check.read(options, ['mean', 'std', 'generator']);
  check.number('mean', mean, []);
  return fillNormal(tensor, [mean, check.number('std', std, [0])], generator);
}

/** Fills with one value. Returns `tensor`. */
export function constant(tensor: Tensor, value: number): Tensor {
  return noGrad(() => tensor.fill_(value));
}

/** How many inputs an output of `(out, in, *)` sums up, and how many outputs an input goes to. */
export function fans(where: string, { shape }: Tensor): { fanIn: number; fanOut: number } {
  const [outputs, inputs, ...window] = shape;
  if (outputs === undefined || inputs === undefined) {
    const rule = 'expected tensor to have 2 dimensions or more';
    throw new ShapeError(`${where}: ${rule}, got (${shape.join(', ')}).`);
  }
  const area = window.reduce((product, extent) => product * extent, 1);
  return { fanIn: inputs * area, fanOut: outputs * area };
}

/** Draws into a tensor without recording it for gradients. */
export function fillUniform(
  tensor: Tensor,
  [from, to]: readonly [number, number],
  generator: Generator | undefined,
): Tensor {
  noGrad(() => drawUniform(tensor, from, to, generator));
  return tensor;
}

/** Draws into a tensor without recording it for gradients. */
export function fillNormal(
  tensor: Tensor,
  [mean, std]: readonly [number, number],
  generator: Generator | undefined,
): Tensor {
  noGrad(() => drawNormal(tensor, mean, std, generator));
  return tensor;
}

function kaimingDeviation(where: string, tensor: Tensor, options: KaimingOptions): number {
  const check = new OptionCheck(where);
  const known = ['a', 'mode', 'nonlinearity', 'generator'] as const;
  const { a = 0, mode = 'fanIn', nonlinearity = 'leakyRelu' } = check.read(options, known);
  check.oneOf('mode', mode, ['fanIn', 'fanOut']);
  check.oneOf('nonlinearity', nonlinearity, [...gains.keys(), 'leakyRelu']);
  check.number('a', a, []);
  if (options.a !== undefined && nonlinearity !== 'leakyRelu') {
    throw check.error('a', "left out unless nonlinearity is 'leakyRelu'", a);
  }
  const gain = gains.get(nonlinearity) ?? Math.sqrt(2 / (1 + a ** 2));
  return gain / Math.sqrt(fans(where, tensor)[mode]);
}

/** The gains PyTorch recommends; that of a leaky rectifier depends on its slope. */
const gains: ReadonlyMap<Nonlinearity, number> = new Map([
  ['linear', 1],
  ['sigmoid', 1],
  ['tanh', 5 / 3],
  ['relu', Math.sqrt(2)],
  ['selu', 3 / 4],
]);

function xavierDeviation(where: string, tensor: Tensor, options: XavierOptions): number {
  const check = new OptionCheck(where);
  const { gain = 1 } = check.read(options, ['gain', 'generator']);
  const { fanIn, fanOut } = fans(where, tensor);
  return check.number('gain', gain, []) * Math.sqrt(2 / (fanIn + fanOut));
}
