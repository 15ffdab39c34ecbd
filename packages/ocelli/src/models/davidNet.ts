import { GlobalMaxPool, type Module } from '@ocelli/torch';
import { Classifier } from './classifier.ts';
import { ConvBatchNorm, type ConvBatchNormOptions } from './convBatchNorm.ts';
import { PooledBlock } from './pooledBlock.ts';
import { ScaledLinear } from './scaledLinear.ts';
import { type Stage, Trunk } from './trunk.ts';

/** What the trunk of a DavidNet is built from. */
export interface DavidNetTrunkOptions extends ConvBatchNormOptions {
  /** Channels of the first convolution; the blocks have 2, 4 and 8 times as many. @default 64 */
  width?: number;
}

/** What a DavidNet is built from. */
export interface DavidNetOptions extends DavidNetTrunkOptions {
  numClasses: number;
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
export class DavidNet extends Classifier {
  constructor({ numClasses, logitScale = 0.125, ...options }: DavidNetOptions) {
    const trunk = davidNetTrunk(options);
    super(trunk, davidNetHead(trunk.outChannels, numClasses, logitScale));
  }
}

/** Global maximum and a linear layer without bias, its output times a fixed number. */
export function davidNetHead(
  channels: number,
  numClasses: number,
  logitScale = 0.125,
): Record<string, Module> {
  return { pool: new GlobalMaxPool(), linear: new ScaledLinear(channels, numClasses, logitScale) };
}

/** DavidNet without its last layer: `(N, 3, H, W)` → `(N, 8 · width, H/8, W/8)`. */
export function davidNetTrunk(options: DavidNetTrunkOptions = {}): Trunk {
  const { width = 64, ...conv } = options;
  return new Trunk([
    { name: 'prep', module: new ConvBatchNorm(3, width, conv), outChannels: width },
    ...davidNetBlocks(width, conv),
  ]);
}

/** The three blocks that all forms of DavidNet have in common. */
export function davidNetBlocks(width: number, conv: ConvBatchNormOptions): Stage[] {
  return [2, 4, 8].map((scale, index) => {
    const outChannels = width * scale;
    const residual = scale !== 4;
    const module = new PooledBlock(outChannels / 2, outChannels, { ...conv, residual });
    return { name: `block${index + 1}`, module, outChannels };
  });
}
