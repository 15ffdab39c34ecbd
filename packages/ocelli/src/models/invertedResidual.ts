import { Conv2d, Module, operator, Sequential, type Tensor } from '@ocelli/torch';
import { type ConvActivation, ConvNormAct } from './convNormAct.ts';
import { StochasticDepth } from './stochasticDepth.ts';

/** Shape of an inverted residual block. */
export interface InvertedResidualOptions {
  readonly kernelSize: number;
  readonly stride: number;
  /** Channels between the 1×1 convolutions. */
  readonly expanded: number;
  /** Channels inside squeeze-and-excitation; 0 leaves it out. */
  readonly squeezed: number;
  readonly activation: ConvActivation;
  /** How squeeze-and-excitation weighs channels. */
  readonly gate: 'sigmoid' | 'hardsigmoid';
  /** Share of pictures for which training leaves the block out. */
  readonly dropPath: number;
  readonly eps?: number;
  readonly momentum?: number;
}

/**
 * 1×1 convolution that widens, depthwise convolution, squeeze-and-excitation, 1×1 convolution that
 * narrows; the input is added where the shape stays. Keys are torchvision's.
 *
 * @see Sandler et al. 2018, https://arxiv.org/abs/1801.04381
 */
export class InvertedResidual extends Module {
  readonly block: Sequential;
  readonly #dropPath: StochasticDepth | undefined;

  constructor(inChannels: number, outChannels: number, options: InvertedResidualOptions) {
    super();
    const { kernelSize, stride, expanded, squeezed, activation, dropPath, eps, momentum } = options;
    const norm = { ...(eps !== undefined && { eps }), ...(momentum !== undefined && { momentum }) };
    const pointwise = { kernelSize: 1, ...norm };
    const across = { kernelSize, stride, groups: expanded, activation, ...norm };
    const layers: Module[] = [new ConvNormAct(expanded, expanded, across)];
    if (expanded !== inChannels) {
      layers.unshift(new ConvNormAct(inChannels, expanded, { activation, ...pointwise }));
    }
    if (squeezed > 0) layers.push(new SqueezeExcitation(expanded, squeezed, options));
    layers.push(new ConvNormAct(expanded, outChannels, { activation: 'none', ...pointwise }));
    this.block = this.registerModule('block', new Sequential(...layers));
    if (stride === 1 && inChannels === outChannels) {
      this.#dropPath = this.registerModule('stochastic_depth', new StochasticDepth(dropPath));
    }
  }

  forward(images: Tensor): Tensor {
    const through = this.block.forward(images);
    return this.#dropPath === undefined ? through : this.#dropPath.forward(through).add(images);
  }
}

const hardsigmoid = operator('aten::hardsigmoid');

/**
 * Weighs every channel by what all channels are on average: `x · gate(fc2(act(fc1(mean(x)))))`.
 *
 * @see Hu et al. 2018, https://arxiv.org/abs/1709.01507
 */
class SqueezeExcitation extends Module {
  readonly fc1: Conv2d;
  readonly fc2: Conv2d;
  readonly #gate: 'sigmoid' | 'hardsigmoid';

  constructor(channels: number, squeezed: number, { gate }: Pick<InvertedResidualOptions, 'gate'>) {
    super();
    this.fc1 = this.registerModule('fc1', new Conv2d(channels, squeezed, 1));
    this.fc2 = this.registerModule('fc2', new Conv2d(squeezed, channels, 1));
    this.#gate = gate;
  }

  forward(images: Tensor): Tensor {
    const narrow = this.fc1.forward(images.mean([2, 3], { keepdim: true }));
    // Networks with the smooth gate have the smooth activation, too.
    const hidden = this.#gate === 'sigmoid' ? narrow.mul(narrow.sigmoid()) : narrow.relu();
    const wide = this.fc2.forward(hidden);
    return images.mul(this.#gate === 'sigmoid' ? wide.sigmoid() : (hardsigmoid(wide) as Tensor));
  }
}

/** The multiple of 8 that is nearest, and not below nine tenths of `channels`. */
export function inEights(channels: number): number {
  const rounded = Math.max(8, Math.floor((channels + 4) / 8) * 8);
  return rounded < 0.9 * channels ? rounded + 8 : rounded;
}
