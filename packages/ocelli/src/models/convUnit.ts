import {
  BatchNorm2d,
  Conv2d,
  Dropout,
  Module,
  OptionCheck,
  SeparableConv2d,
  type Tensor,
} from '@ocelli/torch';

/** What one convolution with its normalization and activation is built from. */
export interface ConvUnitOptions {
  /** Side of the window, in pixels. @default 3 */
  kernelSize?: number;
  /** @default 1 */
  stride?: number;
  /** Pixels of zeros at each edge. @default what keeps the size */
  padding?: number;
  /** Compute a depthwise and a 1×1 convolution instead of a full one. @default false */
  separable?: boolean;
  /** Whether the convolution comes before normalization and activation, or after. @default 'convFirst' */
  order?: 'convFirst' | 'normFirst';
  /** Whether there is batch normalization. @default true */
  norm?: boolean;
  /** @default 'relu' */
  activation?: 'relu' | 'none';
  /** Whether the convolution has an offset. @default true */
  bias?: boolean;
  /** Share of the output that training sets to zero. @default 0 */
  dropout?: number;
}

const keys = [
  'kernelSize',
  'stride',
  'padding',
  'separable',
  'order',
  'norm',
  'activation',
  'bias',
  'dropout',
] as const;

/**
 * A convolution with what usually goes with it: batch norm and activation after it or before it, and
 * dropout at the end. Keys: `conv`, `norm`. L2 for it alone is a parameter group of the optimizer.
 *
 * `(N, inChannels, H, W)` → `(N, outChannels, H', W')`.
 *
 * @throws {OptionError} if an option is unknown or out of its range.
 */
export class ConvUnit extends Module {
  readonly conv: Module;
  readonly norm: BatchNorm2d | undefined;
  readonly dropout: Dropout | undefined;
  readonly #order: 'convFirst' | 'normFirst';
  readonly #activation: 'relu' | 'none';

  constructor(inChannels: number, outChannels: number, options: ConvUnitOptions = {}) {
    super();
    const check = new OptionCheck('ConvUnit');
    const { order = 'convFirst', norm = true, activation = 'relu' } = check.read(options, keys);
    const { kernelSize = 3, separable = false, dropout = 0 } = options;
    const { stride = 1, padding = (kernelSize - 1) / 2, bias = true } = options;
    const Conv = check.flag('separable', separable) ? SeparableConv2d : Conv2d;
    const conv = new Conv(inChannels, outChannels, kernelSize, { stride, padding, bias });
    const normed = order === 'convFirst' ? outChannels : inChannels;
    this.#order = check.oneOf('order', order, ['convFirst', 'normFirst']);
    this.#activation = check.oneOf('activation', activation, ['relu', 'none']);
    this.conv = this.registerModule('conv', conv);
    if (check.flag('norm', norm)) this.norm = this.registerModule('norm', new BatchNorm2d(normed));
    check.number('dropout', dropout, [0, 1]);
    if (dropout > 0) this.dropout = this.registerModule('dropout', new Dropout({ p: dropout }));
  }

  forward(images: Tensor): Tensor {
    const output =
      this.#order === 'convFirst'
        ? this.#normalized(this.conv.forward(images))
        : this.conv.forward(this.#normalized(images));
    return this.dropout?.forward(output) ?? output;
  }

  #normalized(images: Tensor): Tensor {
    const activation = this.#activation;
    if (this.norm !== undefined) return this.norm.forward(images, { activation });
    return activation === 'relu' ? images.relu() : images;
  }
}
