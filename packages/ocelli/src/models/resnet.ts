import { Conv2d, MaxPool2d, type Module, OptionCheck, Sequential } from '@ocelli/torch';
import { BatchNormReLU } from './batchNormReLU.ts';
import { heNormal } from './heNormal.ts';
import { BasicBlock, Bottleneck } from './resnetBlocks.ts';
import { type Stage, Trunk } from './trunk.ts';

/** Blocks in each of the four stages. */
const repetitions = {
  18: [2, 2, 2, 2],
  34: [3, 4, 6, 3],
  50: [3, 4, 6, 3],
  101: [3, 4, 23, 3],
  152: [3, 8, 36, 3],
} as const;

/** How many layers a ResNet has; from 50 on its blocks are bottlenecks. */
export type ResNetDepth = keyof typeof repetitions;

/** What a ResNet is built from. */
export interface ResNetOptions {
  /**
   * How it begins: `imagenet` with a 7×7 convolution and a pool that make a quarter of the picture's
   * side, `cifar` with a 3×3 convolution that keeps it. @default 'imagenet'
   */
  stem?: 'imagenet' | 'cifar';
  /** Groups of the 3×3 convolutions in bottlenecks: 32 in ResNeXt-50. @default 1 */
  groups?: number;
  /**
   * Channels a group of the 3×3 convolutions in bottlenecks of the first stage: 4 in ResNeXt-50
   * (32x4d), 128 in the wide ResNets. @default 64
   */
  widthPerGroup?: number;
}

/**
 * The trunk of a ResNet: stem, then the stages `layer1` to `layer4` of 64, 128, 256 and 512 channels,
 * four times as many from depth 50 on; each stage after the first halves the feature map. The stride
 * of a bottleneck is in its 3×3 convolution.
 *
 * Keys of the state dict are torchvision's. Convolutions begin as in He et al. 2015 by fan-out.
 *
 * float32 `(N, 3, H, W)` → `(N, 512 or 2048, H/32, W/32)`, with the stem `cifar` H/8.
 *
 * @throws {OptionError} if the depth is none of 18, 34, 50, 101, 152, an option is unknown, or one of bottlenecks is
 *   given to a depth that has none.
 * @see He et al. 2016, https://arxiv.org/abs/1512.03385
 * @see Xie et al. 2017 (groups), https://arxiv.org/abs/1611.05431
 * @see Zagoruyko & Komodakis 2016 (width), https://arxiv.org/abs/1605.07146
 */
export function resnet(depth: ResNetDepth, options: ResNetOptions = {}): Trunk {
  const check = new OptionCheck('resnet');
  check.read(options, ['stem', 'groups', 'widthPerGroup']);
  const { stem = 'imagenet', groups = 1, widthPerGroup = 64 } = options;
  check.oneOf('stem', stem, ['imagenet', 'cifar']);
  const blocks: readonly number[] | undefined = repetitions[depth];
  if (blocks === undefined) {
    throw check.error('depth', `one of ${Object.keys(repetitions).join(', ')}`, depth);
  }
  if (depth < 50 && (groups !== 1 || widthPerGroup !== 64)) {
    const rule = '50 or more with groups or widthPerGroup, which bottlenecks have';
    throw check.error('depth', rule, depth);
  }
  const stages = [...stemStages(stem)];
  for (const [index, count] of blocks.entries()) {
    const from = stages.at(-1)?.outChannels ?? 0;
    const stride = index === 0 ? 1 : 2;
    const block = { stride, groups, widthPerGroup };
    stages.push(layer(depth, [from, 64 * 2 ** index, count], { index, ...block }));
  }
  return heNormal(new Trunk(stages), 'fanOut');
}

function stemStages(stem: 'imagenet' | 'cifar'): Stage[] {
  const shape = stem === 'imagenet' ? { size: 7, stride: 2 } : { size: 3, stride: 1 };
  const padding = (shape.size - 1) / 2;
  const conv = new Conv2d(3, 64, shape.size, { stride: shape.stride, padding, bias: false });
  const pool = new MaxPool2d(3, { stride: 2, padding: 1 });
  return [
    { name: 'conv1', module: conv, outChannels: 64 },
    { name: 'bn1', module: new BatchNormReLU(64), outChannels: 64 },
    ...(stem === 'imagenet' ? [{ name: 'maxpool', module: pool, outChannels: 64 }] : []),
  ];
}

function layer(
  depth: ResNetDepth,
  [from, width, count]: readonly [number, number, number],
  { index, ...first }: { index: number; stride: number; groups: number; widthPerGroup: number },
): Stage {
  const [Block, outChannels] = depth < 50 ? [BasicBlock, width] : [Bottleneck, width * 4];
  const block = (position: number): Module =>
    position === 0
      ? new Block(from, width, first)
      : new Block(outChannels, width, { ...first, stride: 1 });
  const module = new Sequential(...Array.from({ length: count }, (_, position) => block(position)));
  return { name: `layer${index + 1}`, module, outChannels };
}
