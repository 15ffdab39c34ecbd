import {
  Conv2d,
  Dropout,
  GlobalAvgPool,
  MaxPool2d,
  type Module,
  OptionCheck,
  Sequential,
} from '@ocelli/torch';
import { ConvUnit } from './convUnit.ts';
import { heNormal } from './heNormal.ts';
import type { TowerKind } from './towerKind.ts';

/** What a tower of convolutions that ends in class maps is built from. */
export interface MapTowerOptions {
  /** Channels of the 1×1 convolution at the start. @default 32 */
  reduce?: number;
  /** Channels of each 3×3 convolution; a halving pool stands between two of them. @default [64, 128, 32] */
  widths?: readonly number[];
  /** Shares set to zero in training: before the tower and after each 3×3. @default [0.15, 0.5, 0.1, 0.1] */
  dropouts?: readonly number[];
  /** Whether the 3×3 convolutions are separable. @default false */
  separable?: boolean;
}

/**
 * Towers that end in a map for every class: dropout, a 1×1 convolution with ReLU, 3×3 convolutions
 * without padding, each after batch norm and ReLU, then the 1×1 convolution `classes` and the mean of
 * each of its maps. What `heads.<attribute>.classes` gives, `(N, K, h, w)`, shows where a class is seen.
 *
 * `(N, C, H, W)` → logits `(N, K)`.
 *
 * @throws {OptionError} if there is no width, or not one dropout more than widths.
 */
export function mapTower(options: MapTowerOptions = {}): TowerKind {
  const check = new OptionCheck('mapTower');
  check.read(options, ['reduce', 'widths', 'dropouts', 'separable']);
  const { reduce = 32, widths = [64, 128, 32], separable = false } = options;
  const { dropouts = [0.15, 0.5, 0.1, 0.1] } = options;
  const last = widths.at(-1);
  if (last === undefined) throw check.error('widths', 'not empty', widths);
  if (dropouts.length !== widths.length + 1) {
    throw check.error('dropouts', `${widths.length + 1} shares, one more than widths`, dropouts);
  }
  return {
    pool: 'none',
    make: (channels, numClasses) =>
      new Sequential({
        dropout: new Dropout({ p: dropouts[0] ?? 0 }),
        reduce: heNormal(reducing(channels, reduce), 'fanIn'),
        ...narrowing([reduce, ...widths], { dropouts: dropouts.slice(1), separable }),
        classes: new Conv2d(last, numClasses, 1),
        pool: new GlobalAvgPool(),
      }),
  };
}

function reducing(channels: number, reduce: number): Module {
  return new ConvUnit(channels, reduce, { kernelSize: 1, norm: false });
}

/** `unit1`, `pool1`, `unit2`, … from and to the given widths. */
function narrowing(
  widths: readonly number[],
  { dropouts, separable }: { dropouts: readonly number[]; separable: boolean },
): Record<string, Module> {
  const layers: Record<string, Module> = {};
  for (const [index, dropout] of dropouts.entries()) {
    const [from = 0, to = 0] = widths.slice(index, index + 2);
    const unit = { order: 'normFirst', padding: 0, separable, dropout } as const;
    layers[`unit${index + 1}`] = heNormal(new ConvUnit(from, to, unit), 'fanIn');
    if (index + 1 < dropouts.length) layers[`pool${index + 1}`] = new MaxPool2d(2);
  }
  return layers;
}
