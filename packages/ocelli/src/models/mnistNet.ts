import {
  AvgPool2d,
  BatchNorm2d,
  Conv2d,
  Dropout,
  GhostBatchNorm2d,
  MaxPool2d,
  type Module,
  ReLU,
  Sequential,
} from '@ocelli/torch';
import { ChannelMean } from './channelMean.ts';
import { OnePlace } from './onePlace.ts';
import { Trunk } from './trunk.ts';

/** What athena's MnistNet is built from. */
export interface MnistNetOptions {
  /** Parts of a batch that are normalized by themselves; 1 is plain batch norm. @default 1 */
  numSplits?: number;
  /** Share of each convolution's output that training sets to zero. @default 0 */
  dropout?: number;
}

/**
 * The trunk of athena's MnistNet, for grey pictures of 28×28: 7,911 parameters with
 * {@link mnistNetHead} and ten classes. Keys are athena's. Of pictures in colour it looks at the mean of
 * the channels, which of stored grey is the grey itself. `(N, C, 28, 28)` → `(N, 16, 6, 6)`.
 */
export function mnistNetTrunk(options: MnistNetOptions = {}): Trunk {
  const block = (from: number, outChannels: number, index: number) => ({
    name: `convblock${index}`,
    module: convBlock(from, outChannels, options),
    outChannels,
  });
  const transition = new Sequential(new Conv2d(16, 12, 1, { bias: false }), new MaxPool2d(2));
  return new Trunk([
    { name: 'grey', module: new ChannelMean(), outChannels: 1 },
    block(1, 7, 1),
    block(7, 16, 2),
    { name: 'transitionblock1', module: transition, outChannels: 12 },
    ...[block(12, 16, 3), block(16, 16, 4), block(16, 16, 5)],
  ]);
}

function convBlock(from: number, to: number, options: MnistNetOptions): Sequential {
  const { numSplits = 1, dropout = 0 } = options;
  const norm =
    numSplits === 1 ? new BatchNorm2d(to) : new GhostBatchNorm2d(to, { splits: numSplits });
  const conv = new Conv2d(from, to, 3, { bias: false });
  return new Sequential(conv, norm, new ReLU(), new Dropout({ p: dropout }));
}

/** 5×5 mean and a 1×1 convolution; pictures of 26 to 35 pixels a side leave one place of it. */
export function mnistNetHead(channels: number, numClasses: number): Record<string, Module> {
  const gap = new Sequential(new AvgPool2d(5), new Conv2d(channels, numClasses, 1));
  return { gap, flatten: new OnePlace() };
}
