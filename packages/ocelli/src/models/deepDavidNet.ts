import type { ConvBatchNormOptions } from './convBatchNorm.ts';
import { davidNetBlocks } from './davidNet.ts';
import { PooledBlock } from './pooledBlock.ts';
import { Trunk } from './trunk.ts';

/** What the trunk of a deeper DavidNet is built from. */
export interface DeepDavidNetTrunkOptions extends ConvBatchNormOptions {
  /** Channels of the stem; the blocks have 2, 4 and 8 times as many. @default 64 */
  width?: number;
}

/**
 * DavidNet's trunk for larger pictures: a stem of two pooled convolutions, then the three blocks. With
 * eight linear heads of 27 classes together: 6,623,424 numbers, of which 6,618,816 are learned.
 *
 * The published form drops 5 % of every convolution's output in training; dropout defaults to that.
 *
 * float32 `(N, 3, H, W)`, published for 224×224 (→ 112 → 56 → 28 → 14 → 7) → `(N, 8 · width, H/32, W/32)`.
 */
export function deepDavidNetTrunk(options: DeepDavidNetTrunkOptions = {}): Trunk {
  const { width = 64, dropout = 0.05, ...rest } = options;
  const conv = { ...rest, dropout };
  const halving = (from: number): PooledBlock =>
    new PooledBlock(from, width, { ...conv, residual: false });
  return new Trunk([
    { name: 'stem1', module: halving(3), outChannels: width },
    { name: 'stem2', module: halving(width), outChannels: width },
    ...davidNetBlocks(width, conv),
  ]);
}
