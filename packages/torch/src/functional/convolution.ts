import { ShapeError } from '../errors.ts';
import { OptionCheck, type Size2d } from '../options.ts';
import { operator, type Tensor } from '../tensor.ts';
import { checkImages, inLayoutOf } from './images.ts';

/** What lies beyond the edge of an image. */
export type PaddingMode = 'zeros' | 'reflect' | 'replicate' | 'circular';

/** How a convolution's window moves over an image; see {@link conv2d}. */
export interface ConvolutionOptions {
  /** Step of the window, in pixels. @default 1 */
  stride?: Size2d;
  /**
   * Pixels added at each edge. `'same'` gives as many output pixels as input pixels (an odd one of
   * padding goes below and to the right), `'valid'` adds none. @default 0
   */
  padding?: Size2d | 'same' | 'valid';
  /** What the added pixels hold. @default 'zeros' */
  paddingMode?: PaddingMode;
  /** Distance between the pixels the window looks at. @default 1 */
  dilation?: Size2d;
  /** Independent groups of channels; it divides both numbers of channels. @default 1 */
  groups?: number;
}

/** Convolution options in the form in which they are computed with. */
export interface ResolvedConvolution {
  readonly stride: [number, number];
  readonly padding: [number, number] | 'same' | 'valid';
  readonly paddingMode: PaddingMode;
  readonly dilation: [number, number];
  readonly groups: number;
}

export const convolutionKeys = ['stride', 'padding', 'paddingMode', 'dilation', 'groups'] as const;
const functionKeys = [...convolutionKeys, 'bias'] as const;

const convolve = operator('aten::conv2d');
/** Ocelli's own kernels on the CPU; the same result from ATen where they do not apply. */
const convolve3x3 = operator('ocelli::conv3x3');
const pad = operator('aten::pad');
const check = new OptionCheck('conv2d');

/**
 * Slides a window of learned weights over images (cross-correlation, as everywhere in deep
 * learning).
 *
 * `(N, C, H, W)` and weight `(K, C / groups, kH, kW)` → `(N, K, H', W')` with
 * `H' = ⌊(H + 2 · padding − dilation · (kH − 1) − 1) / stride⌋ + 1`. The layout in memory of the
 * images is kept.
 *
 * @param options.bias `(K)`, added to every pixel of its channel.
 * @throws {ShapeError} if the channels of images and weight do not fit.
 * @throws {OptionError} if an option is out of range, unknown, or without effect.
 */
export function conv2d(
  images: Tensor,
  weight: Tensor,
  options: ConvolutionOptions & { bias?: Tensor | undefined } = {},
): Tensor {
  check.read(options, functionKeys);
  return convolveResolved(images, weight, {
    ...resolveConvolution(check, options),
    bias: options.bias,
  });
}

/** {@link conv2d} with options that are known to be right: what a layer calls. */
export function convolveResolved(
  images: Tensor,
  weight: Tensor,
  options: ResolvedConvolution & { bias: Tensor | undefined },
): Tensor {
  const { stride, padding, paddingMode, dilation, groups, bias } = options;
  checkChannels(images, weight, groups);
  const step = stride3x3(weight, options);
  if (step !== undefined) return convolve3x3(images, weight, step);
  const sides = padding === 'valid' ? none : sidesOf(padding, weight, dilation);
  const even = sides.vertical[0] === sides.vertical[1] && sides.across[0] === sides.across[1];
  if (paddingMode === 'zeros' && even) {
    const margins = [sides.vertical[0], sides.across[0]] as const;
    return convolve(images, weight, bias, stride, margins, dilation, groups);
  }
  const padded = padImages(images, sides, paddingMode);
  return convolve(padded, weight, bias, stride, [0, 0], dilation, groups);
}

/**
 * By how many pixels a window of 3x3 moves, if it is what Ocelli's own kernels compute: a step of 1 or 2 in both
 * directions over a margin of one pixel, through all channels, without bias.
 */
export function stride3x3(
  { shape }: Tensor,
  options: ResolvedConvolution & { bias: Tensor | undefined },
): 1 | 2 | undefined {
  const { stride, padding, paddingMode, dilation, groups, bias } = options;
  if (padding === 'valid' || paddingMode !== 'zeros' || groups !== 1 || bias !== undefined) return;
  const [step, across] = stride;
  if (step !== across || (step !== 1 && step !== 2)) return;
  const margins = padding === 'same' ? [1, 1] : padding;
  const ones = [...margins, ...dilation].every((size) => size === 1);
  return ones && shape[2] === 3 && shape[3] === 3 ? step : undefined;
}

/**
 * Fills in the defaults and checks every value.
 *
 * @throws {OptionError} if one is out of range or would have no effect.
 */
export function resolveConvolution(
  where: OptionCheck,
  options: ConvolutionOptions,
): ResolvedConvolution {
  const { stride = 1, padding = 0, paddingMode = 'zeros', dilation = 1, groups = 1 } = options;
  const resolved: ResolvedConvolution = {
    stride: where.pair('stride', stride, 1),
    padding: resolvePadding(where, padding),
    paddingMode: where.oneOf('paddingMode', paddingMode, [
      'zeros',
      'reflect',
      'replicate',
      'circular',
    ]),
    dilation: where.pair('dilation', dilation, 1),
    groups: where.integer('groups', groups, 1),
  };
  refuseWithoutEffect(where, resolved);
  return resolved;
}

function resolvePadding(
  where: OptionCheck,
  padding: Size2d | 'same' | 'valid',
): ResolvedConvolution['padding'] {
  if (typeof padding !== 'string') return where.pair('padding', padding, 0);
  return where.oneOf<'same' | 'valid'>('padding', padding, ['same', 'valid']);
}

function refuseWithoutEffect(where: OptionCheck, resolved: ResolvedConvolution): void {
  const { stride, padding, paddingMode } = resolved;
  if (padding === 'same' && (stride[0] !== 1 || stride[1] !== 1)) {
    const remedy = 'Give the padding in pixels.';
    throw where.error('stride', "1 with padding 'same'", stride, remedy);
  }
  const padsNothing = padding === 'valid' || (padding[0] === 0 && padding[1] === 0);
  if (paddingMode !== 'zeros' && padsNothing) {
    throw where.error('padding', `above 0 with paddingMode '${paddingMode}'`, padding);
  }
}

function checkChannels(images: Tensor, weight: Tensor, groups: number): void {
  const [outputs, perGroup] = weight.shape;
  const fit = `weight (${weight.shape.join(', ')})`;
  if (weight.dim !== 4 || outputs === undefined || perGroup === undefined) {
    const rule = 'expected weight to be (outChannels, inChannels / groups, height, width)';
    throw new ShapeError(`conv2d: ${rule}, got (${weight.shape.join(', ')}).`);
  }
  if (outputs % groups !== 0) {
    throw check.error('groups', `a divisor of the ${outputs} output channels`, groups);
  }
  checkImages('conv2d', images, perGroup * groups, groups === 1 ? fit : `${fit}, ${groups} groups`);
}

/** Pixels added above and below, and left and right. */
interface Sides {
  readonly vertical: readonly [number, number];
  readonly across: readonly [number, number];
}

const none: Sides = { vertical: [0, 0], across: [0, 0] };

function sidesOf(
  padding: readonly [number, number] | 'same',
  { shape }: Tensor,
  dilation: readonly [number, number],
): Sides {
  if (padding !== 'same') {
    const [height, width] = padding;
    return { vertical: [height, height], across: [width, width] };
  }
  const [, , height = 1, width = 1] = shape;
  return {
    vertical: halves(dilation[0] * (height - 1)),
    across: halves(dilation[1] * (width - 1)),
  };
}

function halves(total: number): [number, number] {
  return [total >> 1, total - (total >> 1)];
}

function padImages(images: Tensor, { vertical, across }: Sides, paddingMode: PaddingMode): Tensor {
  const mode = paddingMode === 'zeros' ? 'constant' : paddingMode;
  // libtorch lists the last dimension first.
  return inLayoutOf(images, pad(images, [...across, ...vertical], mode, undefined));
}
