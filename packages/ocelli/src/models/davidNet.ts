import { globalMaxPool, Linear, Module, type Tensor } from '@ocelli/torch';
import { ConvBatchNorm, type ConvBatchNormOptions } from './convBatchNorm.ts';
import { PooledBlock } from './pooledBlock.ts';

export interface DavidNetOptions extends ConvBatchNormOptions {
  numClasses: number;
  /** Channels of the first convolution; the blocks have 2, 4 and 8 times as many. @default 64 */
  width?: number;
  /** Factor on the logits: a softer start, as if the last layer learned more slowly. @default 0.125 */
  logitScale?: number;
}

/**
 * DavidNet in the form that reached 94.1 % on CIFAR-10 in 20 epochs: 6,577,600 numbers for 10 classes,
 * the running statistics of batch normalization included.
 *
 * conv 64 → block 128 with residual → block 256 → block 512 with residual → global maximum → linear
 * without bias, times 0.125. Every learned layer begins uniform in ±1/√(fan-in).
 *
 * float32 `(N, 3, H, W)`, H and W at least 8 → logits `(N, numClasses)`.
 *
 * @see D. Page, How to Train Your ResNet, https://myrtle.ai/learn/how-to-train-your-resnet/
 */
export class DavidNet extends Module {
  readonly prep: ConvBatchNorm;
  readonly block1: PooledBlock;
  readonly block2: PooledBlock;
  readonly block3: PooledBlock;
  readonly linear: Linear;
  readonly logitScale: number;

  constructor(options: DavidNetOptions) {
    super();
    const { numClasses, width = 64, logitScale = 0.125, ...conv } = options;
    const block = (scale: number, residual: boolean): PooledBlock =>
      new PooledBlock((width * scale) / 2, width * scale, { ...conv, residual });
    this.prep = this.registerModule('prep', new ConvBatchNorm(3, width, conv));
    this.block1 = this.registerModule('block1', block(2, true));
    this.block2 = this.registerModule('block2', block(4, false));
    this.block3 = this.registerModule('block3', block(8, true));
    this.linear = this.registerModule('linear', new Linear(width * 8, numClasses, { bias: false }));
    this.logitScale = logitScale;
  }

  forward(images: Tensor): Tensor {
    const stem = this.prep.forward(images);
    const features = this.block3.forward(this.block2.forward(this.block1.forward(stem)));
    return this.linear.forward(globalMaxPool(features)).mul(this.logitScale);
  }
}
