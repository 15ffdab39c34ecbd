import { Conv2d, MaxPool2d, type Module, Residual, Sequential } from '@ocelli/torch';
import { BatchNormReLU } from './batchNormReLU.ts';
import { ConvUnit } from './convUnit.ts';
import { heNormal } from './heNormal.ts';
import { type Stage, Trunk } from './trunk.ts';

/** What a trunk of bottleneck blocks is built from. */
export interface BottleneckTrunkOptions {
  /**
   * Bottlenecks of each stage; a halving pool stands between two stages. Widths double from stage to
   * stage. @default [3, 3]
   */
  blocks?: readonly number[];
  /** Channels of the first stage's bottlenecks. @default 64 */
  width?: number;
  /** Add what goes into a bottleneck to what comes out of it. @default true */
  skips?: boolean;
  /** Whether the 3×3 convolutions of the bottlenecks are separable. @default false */
  separable?: boolean;
}

/**
 * A trunk chosen by how much of the picture one of its pixels sees: two 3×3 convolutions of 32 and 64
 * channels at full size, then stages of bottlenecks that keep their width, each batch norm, ReLU and
 * convolution in that order, and batch norm with ReLU at the end.
 *
 * As it stands by default it sees 24 pixels and, with the `mapTower` that was published with it, 58;
 * with eight heads and 27 classes it has 1,779,707 numbers, of which 1,772,347 are learned.
 *
 * `(N, 3, H, W)` → `(N, 128, H/2, W/2)`.
 */
export function bottleneckTrunk(options: BottleneckTrunkOptions = {}): Trunk {
  const { blocks = [3, 3], width = 64, ...kind } = options;
  const stem = new Sequential(new ConvUnit(3, 32), new ConvUnit(32, 64, { dropout: 0.05 }));
  const stages: Stage[] = [{ name: 'stem', module: stem, outChannels: 64 }];
  for (const [index, count] of blocks.entries()) {
    const [from, outChannels] = [stages.at(-1)?.outChannels ?? 0, width * 2 ** index];
    const bottlenecks = Array.from({ length: count }, (_, position) =>
      bottleneck(position === 0 ? from : outChannels, outChannels, kind),
    );
    const last = index + 1 === blocks.length ? new BatchNormReLU(outChannels) : new MaxPool2d(2);
    const module = new Sequential(...bottlenecks, last);
    stages.push({ name: `stage${index + 1}`, module, outChannels });
  }
  return heNormal(new Trunk(stages), 'fanIn');
}

/** A bottleneck of its own, for towers and trunks: `(N, inChannels, H, W)` → `(N, width, H, W)`. */
export function bottleneck(
  inChannels: number,
  width: number,
  { skips = true, separable = false }: Pick<BottleneckTrunkOptions, 'skips' | 'separable'> = {},
): Module {
  const unit = (from: number, kernelSize: 1 | 3): ConvUnit =>
    new ConvUnit(from, width, {
      kernelSize,
      order: 'normFirst',
      separable: separable && kernelSize === 3,
    });
  const body = new Sequential(unit(inChannels, 1), unit(width, 3), unit(width, 1));
  if (!skips) return body;
  const shortcut = { shortcut: new Conv2d(inChannels, width, 1) };
  return new Residual(body, inChannels === width ? {} : shortcut);
}
