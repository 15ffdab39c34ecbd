import {
  Dropout,
  Flatten,
  Linear,
  MaxPool2d,
  Module,
  Sequential,
  type Tensor,
} from '@ocelli/torch';
import { Classifier } from './classifier.ts';
import { ConvBatchNorm } from './convBatchNorm.ts';
import { Trunk } from './trunk.ts';

/** What a small ResNet is built from. */
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
export class ResnetSmall extends Classifier {
  constructor({ numClasses, ...options }: ResnetSmallOptions) {
    super(resnetSmallTrunk(options), resnetSmallHead(512, numClasses));
  }
}

/** A 4×4 pool, and a linear layer without bias for what is then one pixel. */
export function resnetSmallHead(channels: number, numClasses: number): Record<string, Module> {
  return {
    pool2: new MaxPool2d(4),
    flatten: new Flatten(),
    linear: new Linear(channels, numClasses, { bias: false }),
  };
}

/** resnet_small without its last layers: `(N, 3, H, W)` → `(N, 512, H/8, W/8)`. */
export function resnetSmallTrunk(options: Omit<ResnetSmallOptions, 'numClasses'> = {}): Trunk {
  const { dropout = 0.1, batchNormMomentum = 0.1 } = options;
  const conv = (from: number, to: number): ConvBatchNorm =>
    new ConvBatchNorm(from, to, { batchNormMomentum });
  const residual = (width: number): Sequential =>
    new AddedSequential(conv(width, width), new Dropout({ p: dropout }), conv(width, width));
  const stem = new Sequential(conv(3, 64), conv(64, 128));
  return new Trunk([
    { name: 'stem', module: stem, outChannels: 128 },
    { name: 'pool1', module: new MaxPool2d(2), outChannels: 128 },
    { name: 'residual1', module: residual(128), outChannels: 128 },
    {
      name: 'middle',
      module: new PooledPair(conv(128, 256), conv(256, 512)),
      outChannels: 512,
    },
    { name: 'residual2', module: residual(512), outChannels: 512 },
  ]);
}

/** `x + modules(x)`. */
class AddedSequential extends Sequential {
  override forward(images: Tensor): Tensor {
    return images.add(super.forward(images));
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
