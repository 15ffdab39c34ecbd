import {
  BatchNorm2d,
  Conv2d,
  type Conv2dOptions,
  Module,
  operator,
  type Size2d,
  type Tensor,
} from '@ocelli/torch';

export type ConvActivation = 'none' | 'relu' | 'silu' | 'hardswish';

export interface ConvNormActOptions extends Omit<Conv2dOptions, 'bias'> {
  /** Side of the window. @default 3 */
  kernelSize?: Size2d;
  activation: ConvActivation;
  /** Added to the variance. @default 1e-5 */
  eps?: number;
  /** Weight of the new value in the running statistics. @default 0.1 */
  momentum?: number;
  /** Checkpoint keys of convolution and norm. @default ['0', '1'], torchvision's */
  keys?: readonly [conv: string, norm: string];
}

const hardswish = operator('aten::hardswish');

/**
 * Convolution without bias, batch norm, activation, padded so that a stride of 1 keeps the size.
 * `(N, inChannels, H, W)` → `(N, outChannels, H', W')`.
 */
export class ConvNormAct extends Module {
  readonly conv: Conv2d;
  readonly norm: BatchNorm2d;
  readonly #activation: ConvActivation;

  constructor(inChannels: number, outChannels: number, options: ConvNormActOptions) {
    super();
    const { kernelSize = 3, activation, eps = 1e-5, momentum = 0.1, ...rest } = options;
    const { keys = ['0', '1'], ...conv } = rest;
    const [height, width] = typeof kernelSize === 'number' ? [kernelSize, kernelSize] : kernelSize;
    const padding = [(height - 1) / 2, (width - 1) / 2] as const;
    const shape = { padding, ...conv, bias: false };
    this.conv = this.registerModule(
      keys[0],
      new Conv2d(inChannels, outChannels, kernelSize, shape),
    );
    this.norm = this.registerModule(keys[1], new BatchNorm2d(outChannels, { eps, momentum }));
    this.#activation = activation;
  }

  forward(images: Tensor): Tensor {
    const convolved = this.conv.forward(images);
    if (this.#activation === 'hardswish') return hardswish(this.norm.forward(convolved)) as Tensor;
    return this.norm.forward(convolved, { activation: this.#activation });
  }
}
