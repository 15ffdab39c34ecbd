import {
  BatchNorm2d,
  Conv2d,
  Flatten,
  Linear,
  MaxPool2d,
  Module,
  ReLU,
  Sequential,
  type Tensor,
} from '@ocelli/torch';
import { Classifier } from './classifier.ts';
import { Trunk } from './trunk.ts';

/** What athena's DavidNet is built from. */
export interface DavidNetAthenaOptions {
  numClasses: number;
}

/**
 * DavidNet as published in the package athena: 6,573,194 learned numbers for 10 classes. Keys of the
 * state dict are athena's, so its checkpoints load.
 *
 * It differs from {@link DavidNet}: the first convolution and the last layer have a bias; blocks pool
 * before they normalize; the residual has a shortcut of its own and is then added once more; the
 * logits are not scaled; the last pool is 4×4, so pictures must be 32×32.
 *
 * float32 `(N, 3, 32, 32)` → logits `(N, numClasses)`.
 */
export class DavidNetAthena extends Classifier {
  constructor({ numClasses }: DavidNetAthenaOptions) {
    super(davidNetAthenaTrunk(), davidNetAthenaHead(512, numClasses));
  }
}

/** A 4×4 pool, and a linear layer for what is then one pixel. */
export function davidNetAthenaHead(channels: number, numClasses: number): Record<string, Module> {
  return {
    pool: new MaxPool2d(4, { stride: 1 }),
    flatten: new Flatten(),
    linear: new Linear(channels, numClasses),
  };
}

/** The athena form without its last layers: `(N, 3, H, W)` → `(N, 512, H/8, W/8)`. */
export function davidNetAthenaTrunk(): Trunk {
  const stem = new Conv2d(3, 64, 3, { padding: 1 });
  const prep = new Sequential(stem, new BatchNorm2d(64), new ReLU());
  return new Trunk([
    { name: 'prep', module: prep, outChannels: 64 },
    { name: 'layer1', module: new ResidualLayer(64, 128), outChannels: 128 },
    { name: 'layer2', module: pooled(128, 256), outChannels: 256 },
    { name: 'layer3', module: new ResidualLayer(256, 512), outChannels: 512 },
  ]);
}

function pooled(inChannels: number, outChannels: number): Sequential {
  return new Sequential(
    new Conv2d(inChannels, outChannels, 3, { padding: 1, bias: false }),
    new MaxPool2d(2),
    new BatchNorm2d(outChannels),
    new ReLU(),
  );
}

/** `h = pooled(x); h + BasicBlock(h)`, where the basic block already adds `h` itself. */
class ResidualLayer extends Module {
  readonly block: Sequential;
  readonly resblock: BasicBlock;

  constructor(inChannels: number, outChannels: number) {
    super();
    this.block = this.registerModule('block', pooled(inChannels, outChannels));
    this.resblock = this.registerModule('resblock', new BasicBlock(outChannels));
  }

  forward(images: Tensor): Tensor {
    const hidden = this.block.forward(images);
    return this.resblock.forward(hidden).add(hidden);
  }
}

/** ResNet's basic block at equal width: `relu(bn(conv(relu(bn(conv(x))))) + x)`. */
class BasicBlock extends Module {
  readonly conv1: Conv2d;
  readonly bn1: BatchNorm2d;
  readonly conv2: Conv2d;
  readonly bn2: BatchNorm2d;

  constructor(channels: number) {
    super();
    const conv = (): Conv2d => new Conv2d(channels, channels, 3, { padding: 1, bias: false });
    this.conv1 = this.registerModule('conv1', conv());
    this.bn1 = this.registerModule('bn1', new BatchNorm2d(channels));
    this.conv2 = this.registerModule('conv2', conv());
    this.bn2 = this.registerModule('bn2', new BatchNorm2d(channels));
  }

  forward(images: Tensor): Tensor {
    const hidden = this.bn1.forward(this.conv1.forward(images)).relu();
    return this.bn2.forward(this.conv2.forward(hidden)).add(images).relu();
  }
}
