import {
  AdaptiveAvgPool2d,
  BatchNorm2d,
  Conv2d,
  Dropout,
  Flatten,
  Linear,
  MaxPool2d,
  type Module,
  optionError,
  ReLU,
  Sequential,
} from '@ocelli/torch';
import { heNormal } from './heNormal.ts';
import { type Stage, Trunk } from './trunk.ts';

/** Convolutions of each of the five groups, of 64, 128, 256, 512 and 512 channels. */
const repetitions = {
  11: [1, 1, 2, 2, 2],
  13: [2, 2, 2, 2, 2],
  16: [2, 2, 3, 3, 3],
  19: [2, 2, 4, 4, 4],
} as const;

/** The depths in which VGG was published. */
export type VggDepth = keyof typeof repetitions;

/** What a VGG is built from. */
export interface VggOptions {
  /** Normalize after each convolution. @default false */
  batchNorm?: boolean;
}

/**
 * The trunk of a VGG: 3×3 convolutions with ReLU in five groups, a halving pool after each.
 *
 * Keys of the state dict are torchvision's, `features.<index>`, so its stages are the single layers:
 * `features.29` is the last ReLU of VGG-16. Convolutions begin as in He et al. 2015 by fan-out.
 *
 * float32 `(N, 3, H, W)` → `(N, 512, H/32, W/32)`.
 *
 * @throws {OptionError} if the depth is none of 11, 13, 16, 19.
 * @see Simonyan & Zisserman 2015, https://arxiv.org/abs/1409.1556
 */
export function vgg(depth: VggDepth, { batchNorm = false }: VggOptions = {}): Trunk {
  const groups: readonly number[] | undefined = repetitions[depth];
  if (groups === undefined) {
    throw optionError('vgg', 'depth', `one of ${Object.keys(repetitions).join(', ')}`, depth);
  }
  const stages: Stage[] = [];
  const push = (module: Module, outChannels: number): void => {
    stages.push({ name: `features.${stages.length}`, module, outChannels });
  };
  let from = 3;
  for (const [index, count] of groups.entries()) {
    const width = Math.min(512, 64 * 2 ** index);
    for (let conv = 0; conv < count; conv++) {
      push(new Conv2d(from, width, 3, { padding: 1 }), width);
      if (batchNorm) push(new BatchNorm2d(width), width);
      push(new ReLU(), width);
      from = width;
    }
    push(new MaxPool2d(2), width);
  }
  return heNormal(new Trunk(stages), 'fanOut');
}

/** The three dense layers of a VGG, with torchvision's keys. */
export function vggHead(channels: number, numClasses: number): Record<string, Module> {
  return {
    avgpool: new AdaptiveAvgPool2d(7),
    flatten: new Flatten(),
    classifier: new Sequential(
      ...[new Linear(channels * 49, 4096), new ReLU(), new Dropout()],
      ...[new Linear(4096, 4096), new ReLU(), new Dropout()],
      new Linear(4096, numClasses),
    ),
  };
}
