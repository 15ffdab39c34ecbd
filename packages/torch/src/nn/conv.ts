import { empty } from '../create.ts';
import {
  convolutionKeys,
  convolveResolved,
  stride3x3,
  resolveConvolution,
  type ConvolutionOptions,
  type ResolvedConvolution,
} from '../functional/convolution.ts';
import { OptionCheck, type Size2d } from '../options.ts';
import type { Tensor } from '../tensor.ts';
import { fans, kaimingUniform, uniformFanIn } from './init.ts';
import { Module } from './module.ts';
import { parameter, type Parameter } from './parameter.ts';
import type { Window } from './window.ts';

/** Options of {@link Conv2d}. */
export interface Conv2dOptions extends ConvolutionOptions {
  /** Add a learned offset to every output channel. @default true */
  bias?: boolean;
}

/**
 * Convolution of images; see `conv2d` for the arithmetic.
 *
 * `(N, inChannels, H, W)` → `(N, outChannels, H', W')`. Parameters: `weight`
 * `(outChannels, inChannels / groups, kH, kW)` and `bias` `(outChannels)`, both uniform in
 * ±1/√fan_in at first, as in PyTorch.
 *
 * @example
 * new Conv2d(3, 64, 3, { padding: 1, bias: false });
 */
export class Conv2d extends Module {
  readonly weight: Parameter;
  readonly bias: Parameter | undefined;
  readonly #options: ResolvedConvolution & { bias: Tensor | undefined };

  // Two numbers of channels and a size make a convolution; all of PyTorch's users know the order.
  // eslint-disable-next-line max-params
  constructor(
    inChannels: number,
    outChannels: number,
    kernelSize: Size2d,
    options: Conv2dOptions = {},
  ) {
    super();
    const check = new OptionCheck(new.target.name);
    const { bias = true } = check.read(options, [...convolutionKeys, 'bias']);
    const resolved = resolveConvolution(check, options);
    const window = check.pair('kernelSize', kernelSize, 1);
    checkDivisible(check, resolved.groups, { inChannels, outChannels });
    const weight = empty([outChannels, inChannels / resolved.groups, ...window]);
    this.weight = this.registerParameter(
      'weight',
      parameter(kaimingUniform(weight, { a: Math.sqrt(5) })),
    );
    const { fanIn } = fans('Conv2d', weight);
    const offset = check.flag('bias', bias)
      ? uniformFanIn(empty([outChannels]), { fanIn })
      : undefined;
    this.bias = this.registerParameter('bias', offset && parameter(offset));
    this.#options = { ...resolved, bias: this.bias };
  }

  /**
   * The stride, 1 or 2, if this is a 3x3 window with padding and dilation 1, without bias and groups, and
   * `undefined` otherwise.
   */
  get stride3x3(): 1 | 2 | undefined {
    return stride3x3(this.weight, this.#options);
  }

  /** What one output pixel is computed from. */
  get window(): Window {
    const [, , height = 1, width = 1] = this.weight.shape;
    const { stride, dilation } = this.#options;
    return { kernelSize: [height, width], stride, dilation };
  }

  /** @throws {ShapeError} if the images do not have `inChannels` channels. */
  forward(images: Tensor): Tensor {
    return convolveResolved(images, this.weight, this.#options);
  }
}

function checkDivisible(
  check: OptionCheck,
  groups: number,
  channels: Readonly<Record<string, number>>,
): void {
  for (const [name, count] of Object.entries(channels)) {
    check.integer(name, count, 1);
    if (count % groups !== 0) throw check.error(name, `divisible by groups (${groups})`, count);
  }
}
