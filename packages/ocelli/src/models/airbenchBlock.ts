import { BatchNorm2d, Conv2d, dirac, Module, noGrad, type Tensor } from '@ocelli/torch';

/** What all blocks of an airbench network share. */
export interface AirbenchBlockOptions {
  /** What follows every batch normalization. @default 'gelu' */
  activation?: 'gelu' | 'silu';
  /** Convolutions of a block; the third one is a residual's. @default 2 */
  depth?: 2 | 3;
  /** Weight of the new value in the running statistics, PyTorch's convention. @default 0.4 */
  batchNormMomentum?: number;
}

/**
 * The building block of the airbench networks: convolution, pool, batch norm, activation, then one or
 * two more convolutions of the same width. With two, the result of the first is added before the last
 * activation.
 *
 * Convolutions are 3×3 without bias and begin as the identity on the channels that come in; batch
 * norm learns an offset but no scale. `(N, inChannels, H, W)` → `(N, outChannels, ⌊H/2⌋, ⌊W/2⌋)`.
 */
export class AirbenchBlock extends Module {
  readonly conv1: Conv2d;
  readonly norm1: BatchNorm2d;
  readonly conv2: Conv2d;
  readonly norm2: BatchNorm2d;
  readonly conv3: Conv2d | undefined;
  readonly norm3: BatchNorm2d | undefined;
  readonly #activation: 'gelu' | 'silu';

  constructor(inChannels: number, outChannels: number, options: AirbenchBlockOptions = {}) {
    super();
    const { activation = 'gelu', depth = 2, batchNormMomentum: momentum = 0.4 } = options;
    const conv = (key: string, channels: number): Conv2d =>
      this.registerModule(key, passingOn(channels, outChannels));
    const norm = (key: string): BatchNorm2d =>
      this.registerModule(key, offsets(outChannels, momentum));
    this.conv1 = conv('conv1', inChannels);
    this.norm1 = norm('norm1');
    this.conv2 = conv('conv2', outChannels);
    this.norm2 = norm('norm2');
    this.conv3 = depth === 3 ? conv('conv3', outChannels) : undefined;
    this.norm3 = depth === 3 ? norm('norm3') : undefined;
    this.#activation = activation;
  }

  forward(images: Tensor): Tensor {
    const activation = this.#activation;
    const pooled = this.norm1.forwardConvolved(this.conv1, images, { activation, poolFirst: true });
    const mixed = this.norm2.forwardConvolved(this.conv2, pooled, { activation });
    if (this.conv3 === undefined || this.norm3 === undefined) return mixed;
    const after = { activation, addBeforeActivation: pooled };
    return this.norm3.forwardConvolved(this.conv3, mixed, after);
  }
}

/** A convolution whose first outputs are its inputs; the other filters are random. */
function passingOn(inChannels: number, outChannels: number): Conv2d {
  const conv = new Conv2d(inChannels, outChannels, 3, { padding: 1, bias: false });
  noGrad(() => dirac(conv.weight.narrow(0, 0, Math.min(inChannels, outChannels))));
  return conv;
}

function offsets(channels: number, momentum: number): BatchNorm2d {
  return new BatchNorm2d(channels, { momentum, eps: 1e-12 }).freeze('weight');
}
