import { Dropout, Linear, maxPool2d, Module, Sequential, type Tensor } from '@ocelli/torch';
import { ConvBatchNorm } from './convBatchNorm.ts';

export interface ResnetSmallOptions {
  numClasses: number;
  /** Share set to zero between the two convolutions of a residual. @default 0.1 */
  dropout?: number;
  /**
   * Weight of the new value in the running statistics, PyTorch's convention.
   *
   * The published form said .1 in Keras, where that is the weight of the *old* value: PyTorch's 0.9,
   * statistics of hardly more than the last batch. Taken for a slip; pass 0.9 to have it. @default 0.1
   */
  batchNormMomentum?: number;
}

/**
 * resnet_small, DavidNet's sibling with dropout inside its residuals: 6,577,600 numbers for 10 classes,
 * of which 6,573,120 are learned and 4,480 are running statistics.
 *
 * float32 `(N, 3, 32, 32)` → logits `(N, numClasses)`; their softmax is the published output.
 */
export class ResnetSmall extends Module {
  readonly stem: Sequential;
  readonly residual1: Sequential;
  readonly middle: PooledPair;
  readonly residual2: Sequential;
  readonly linear: Linear;

  constructor({ numClasses, dropout = 0.1, batchNormMomentum = 0.1 }: ResnetSmallOptions) {
    super();
    const conv = (from: number, to: number): ConvBatchNorm =>
      new ConvBatchNorm(from, to, { batchNormMomentum });
    const residual = (width: number): Sequential =>
      new Sequential(conv(width, width), new Dropout({ p: dropout }), conv(width, width));
    this.stem = this.registerModule('stem', new Sequential(conv(3, 64), conv(64, 128)));
    this.residual1 = this.registerModule('residual1', residual(128));
    this.middle = this.registerModule('middle', new PooledPair(conv(128, 256), conv(256, 512)));
    this.residual2 = this.registerModule('residual2', residual(512));
    this.linear = this.registerModule('linear', new Linear(512, numClasses, { bias: false }));
  }

  forward(images: Tensor): Tensor {
    const early = maxPool2d(this.stem.forward(images), 2);
    const middle = this.middle.forward(early.add(this.residual1.forward(early)));
    const late = middle.add(this.residual2.forward(middle));
    return this.linear.forward(maxPool2d(late, 4).flatten(1));
  }
}

/** Two convolutions, a halving pool after each. */
class PooledPair extends Module {
  readonly first: ConvBatchNorm;
  readonly second: ConvBatchNorm;

  constructor(first: ConvBatchNorm, second: ConvBatchNorm) {
    super();
    this.first = this.registerModule('first', first);
    this.second = this.registerModule('second', second);
  }

  forward(images: Tensor): Tensor {
    return this.second.forward(this.first.forward(images, { pool: true }), { pool: true });
  }
}
