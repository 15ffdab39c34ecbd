import {
  AdaptiveAvgPool2d,
  Conv2d,
  Flatten,
  MaxPool2d,
  Module,
  optionError,
  Sequential,
  type Tensor,
} from '@ocelli/torch';
import { BatchNormReLU } from './batchNormReLU.ts';
import { heNormal } from './heNormal.ts';
import { type Stage, Trunk } from './trunk.ts';

/** Blocks in each of the four stages. */
const repetitions = {
  50: [3, 4, 6, 3],
  101: [3, 4, 23, 3],
  152: [3, 8, 36, 3],
} as const;

/** The depths in which ResNet-V2 was published. */
export type ResNetV2Depth = keyof typeof repetitions;

/**
 * The trunk of a ResNet whose blocks normalize before they convolve, so that nothing stands in the way
 * of the sum: a 7×7 convolution and a pool to a quarter of the picture's side, four stages of bottlenecks
 * of 256, 512, 1024 and 2048 channels, batch norm and ReLU.
 *
 * Keys of the state dict are timm's (`resnetv2_50`). Convolutions begin as in He et al. 2015 by fan-out.
 *
 * float32 `(N, 3, H, W)` → `(N, 2048, H/32, W/32)`.
 *
 * @throws {OptionError} if the depth is none of 50, 101, 152.
 * @see He et al. 2016, https://arxiv.org/abs/1603.05027
 */
export function resnetV2(depth: ResNetV2Depth): Trunk {
  const blocks: readonly number[] | undefined = repetitions[depth];
  if (blocks === undefined) {
    throw optionError('resnetV2', 'depth', `one of ${Object.keys(repetitions).join(', ')}`, depth);
  }
  const stem = new Conv2d(3, 64, 7, { stride: 2, padding: 3, bias: false });
  const stages: Stage[] = [
    { name: 'stem.conv', module: stem, outChannels: 64 },
    { name: 'stem.pool', module: new MaxPool2d(3, { stride: 2, padding: 1 }), outChannels: 64 },
  ];
  for (const [index, count] of blocks.entries()) {
    const [from, to] = [stages.at(-1)?.outChannels ?? 0, 256 * 2 ** index];
    const stride = index === 0 ? 1 : 2;
    const block = (position: number): Module =>
      position === 0 ? new Block([from, to], stride) : new Block([to, to], 1);
    const list = Array.from({ length: count }, (_, position) => block(position));
    const module = new Sequential({ blocks: new Sequential(...list) });
    stages.push({ name: `stages.${index}`, module, outChannels: to });
  }
  stages.push({ name: 'norm', module: new BatchNormReLU(2048), outChannels: 2048 });
  return heNormal(new Trunk(stages), 'fanOut');
}

/** Batch norm, ReLU, convolution, three times: 1×1 to a quarter, 3×3 with the stride, 1×1 back. */
class Block extends Module {
  readonly downsample: Sequential | undefined;
  readonly norm1: BatchNormReLU;
  readonly conv1: Conv2d;
  readonly norm2: BatchNormReLU;
  readonly conv2: Conv2d;
  readonly norm3: BatchNormReLU;
  readonly conv3: Conv2d;

  constructor([from, to]: readonly [number, number], stride: number) {
    super();
    const inner = to / 4;
    const plain = { bias: false };
    if (from !== to || stride > 1) {
      const conv = new Conv2d(from, to, 1, { stride, ...plain });
      this.downsample = this.registerModule('downsample', new Sequential({ conv }));
    }
    this.norm1 = this.registerModule('norm1', new BatchNormReLU(from));
    this.conv1 = this.registerModule('conv1', new Conv2d(from, inner, 1, plain));
    this.norm2 = this.registerModule('norm2', new BatchNormReLU(inner));
    const across = new Conv2d(inner, inner, 3, { stride, padding: 1, ...plain });
    this.conv2 = this.registerModule('conv2', across);
    this.norm3 = this.registerModule('norm3', new BatchNormReLU(inner));
    this.conv3 = this.registerModule('conv3', new Conv2d(inner, to, 1, plain));
  }

  forward(images: Tensor): Tensor {
    const normed = this.norm1.forward(images);
    const shortcut = this.downsample?.forward(normed) ?? images;
    const narrow = this.norm2.forward(this.conv1.forward(normed));
    const hidden = this.norm3.forward(this.conv2.forward(narrow));
    return this.conv3.forward(hidden).add(shortcut);
  }
}

/** Mean of the feature map and a linear layer, written as a 1×1 convolution as in timm's checkpoints. */
export function resnetV2Head(channels: number, numClasses: number): Record<string, Module> {
  return {
    avgpool: new AdaptiveAvgPool2d(1),
    head: new Sequential({ fc: new Conv2d(channels, numClasses, 1) }),
    flatten: new Flatten(),
  };
}
