import { OptionCheck, type Size2d } from '../options.ts';
import type { Tensor } from '../tensor.ts';
import { Conv2d, type Conv2dOptions } from './conv.ts';
import { Module } from './module.ts';

/** Options of {@link DepthwiseConv2d}. */
export interface DepthwiseConv2dOptions extends Omit<Conv2dOptions, 'groups'> {
  /** How many output channels each input channel gives. @default 1 */
  multiplier?: number;
}

const depthwiseKeys = [
  'stride',
  'padding',
  'paddingMode',
  'dilation',
  'bias',
  'multiplier',
] as const;

/**
 * Convolution of every channel by itself: `(N, C, H, W)` → `(N, multiplier · C, H', W')`. Channel
 * `c` gives the outputs from `multiplier · c` on. Parameters as those of `Conv2d`.
 */
export class DepthwiseConv2d extends Conv2d {
  constructor(channels: number, kernelSize: Size2d, options: DepthwiseConv2dOptions = {}) {
    const check = new OptionCheck('DepthwiseConv2d');
    const { multiplier = 1, ...others } = check.read(options, depthwiseKeys);
    check.integer('channels', channels, 1);
    check.integer('multiplier', multiplier, 1);
    super(channels, channels * multiplier, kernelSize, { ...others, groups: channels });
  }
}

/**
 * Depthwise convolution, then a 1×1 convolution that mixes the channels: a `Conv2d` with far fewer
 * multiplications. `(N, inChannels, H, W)` → `(N, outChannels, H', W')`.
 *
 * Children: `depthwise`, without bias, and `pointwise`, which has the `bias`. `multiplier` is that
 * of the depthwise part; all other options are its, too.
 *
 * @see Chollet 2017, https://arxiv.org/abs/1610.02357
 */
export class SeparableConv2d extends Module {
  readonly depthwise: DepthwiseConv2d;
  readonly pointwise: Conv2d;

  // As Conv2d, whose place it takes.
  // eslint-disable-next-line max-params
  constructor(
    inChannels: number,
    outChannels: number,
    kernelSize: Size2d,
    options: DepthwiseConv2dOptions = {},
  ) {
    super();
    const check = new OptionCheck('SeparableConv2d');
    const { bias = true, ...others } = check.read(options, depthwiseKeys);
    const depthwise = new DepthwiseConv2d(inChannels, kernelSize, { ...others, bias: false });
    this.depthwise = this.registerModule('depthwise', depthwise);
    const mixed = inChannels * (options.multiplier ?? 1);
    this.pointwise = this.registerModule('pointwise', new Conv2d(mixed, outChannels, 1, { bias }));
  }

  /** @throws {ShapeError} if the images do not have `inChannels` channels. */
  forward(images: Tensor): Tensor {
    return this.pointwise.forward(this.depthwise.forward(images));
  }
}
