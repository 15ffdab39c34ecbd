import { AvgPool2d, Conv2d, MaxPool2d, type Module, optionError, Sequential } from '@ocelli/torch';
import { BatchNormReLU } from './batchNormReLU.ts';
import { DenseBlock } from './denseBlock.ts';
import { heNormal } from './heNormal.ts';
import { type Stage, Trunk } from './trunk.ts';

/** Layers in each of the four dense blocks. */
const repetitions = {
  121: [6, 12, 24, 16],
  169: [6, 12, 32, 32],
  201: [6, 12, 48, 32],
} as const;

/** The depths in which DenseNet was published. */
export type DenseNetDepth = keyof typeof repetitions;

const growthRate = 32;

/**
 * The trunk of a DenseNet: a 7×7 convolution and a pool to a quarter of the picture's side, four dense
 * blocks of growth 32 with a halving transition between two of them, batch norm and ReLU.
 * DenseNet-121's has 7,037,504 numbers, of which 6,953,856 are learned.
 *
 * Keys of the state dict are torchvision's. Convolutions begin as in He et al. 2015 by fan-in.
 *
 * float32 `(N, 3, H, W)` → `(N, 1024, 1664 or 1920, H/32, W/32)`.
 *
 * @throws {OptionError} if the depth is none of 121, 169, 201.
 * @see Huang et al. 2017, https://arxiv.org/abs/1608.06993
 */
export function denseNet(depth: DenseNetDepth): Trunk {
  const blocks: readonly number[] | undefined = repetitions[depth];
  if (blocks === undefined) {
    throw optionError('denseNet', 'depth', `one of ${Object.keys(repetitions).join(', ')}`, depth);
  }
  const stages = stemStages();
  for (const [index, layers] of blocks.entries()) {
    const from = stages.at(-1)?.outChannels ?? 0;
    const block = new DenseBlock(from, { layers, growthRate });
    const wide = from + layers * growthRate;
    stages.push(stage(`denseblock${index + 1}`, block, wide));
    const [name, module, channels] =
      index + 1 < blocks.length
        ? ([`transition${index + 1}`, transition(wide), wide / 2] as const)
        : (['norm5', new BatchNormReLU(wide), wide] as const);
    stages.push(stage(name, module, channels));
  }
  return heNormal(new Trunk(stages), 'fanIn');
}

function stage(name: string, module: Module, outChannels: number): Stage {
  return { name: `features.${name}`, module, outChannels };
}

function stemStages(): Stage[] {
  return [
    stage('conv0', new Conv2d(3, 64, 7, { stride: 2, padding: 3, bias: false }), 64),
    stage('norm0', new BatchNormReLU(64), 64),
    stage('pool0', new MaxPool2d(3, { stride: 2, padding: 1 }), 64),
  ];
}

/**
 * Halves the channels and the side of the feature map. The mean of four pixels is taken before the 1×1
 * convolution and not after it as in the paper: the same sums, with a quarter of the multiplications.
 */
function transition(channels: number): Module {
  return new Sequential({
    norm: new BatchNormReLU(channels),
    pool: new AvgPool2d(2),
    conv: new Conv2d(channels, channels / 2, 1, { bias: false }),
  });
}
