import { Linear, Module, OptionCheck, type Tensor } from '@ocelli/torch';
import { type GlobalPool, globalPool } from './globalPool.ts';
import type { TowerKind } from './towerKind.ts';
import type { Stage } from './trunk.ts';

/** What a tower made of a stage of residual blocks is built from. */
export interface StageTowerOptions {
  /** @default 'average' */
  pool?: Exclude<GlobalPool, 'none'>;
  /** Whether the last layer has an offset. @default true */
  bias?: boolean;
}

/**
 * Towers that repeat the last part of a network for every attribute: stages of its own, a global pool,
 * a linear layer. `(N, C, H, W)` → logits `(N, K)`. Keys: those of the stages, and `output`.
 *
 * @param stages makes the stages of one tower from the channels of the trunk's feature map.
 * @throws {OptionError} if an option is unknown or out of its range.
 * @example
 * stageTower((channels) => [{ name: 'stage', module: new ConvBatchNorm(channels, 64), outChannels: 64 }]);
 */
export function stageTower(
  stages: (channels: number) => readonly Stage[],
  options: StageTowerOptions = {},
): TowerKind {
  const check = new OptionCheck('stageTower');
  const { pool = 'average', bias = true } = check.read(options, ['pool', 'bias']);
  check.oneOf('pool', pool, ['average', 'max', 'concat']);
  check.flag('bias', bias);
  return {
    pool: 'none',
    make: (channels, numClasses) => new StageTower(stages(channels), { pool, bias, numClasses }),
  };
}

type StageTowerParts = Required<StageTowerOptions> & { readonly numClasses: number };

class StageTower extends Module {
  readonly #layers: Module[];

  constructor(stages: readonly Stage[], options: StageTowerParts) {
    super();
    const { pool, bias, numClasses } = options;
    const [pooling, features] = globalPool(pool, stages.at(-1)?.outChannels ?? 0);
    const layers: [string, Module][] = [
      ...stages.map(({ name, module }): [string, Module] => [name, module]),
      ['pool', pooling],
      ['output', new Linear(features, numClasses, { bias })],
    ];
    this.#layers = layers.map(([key, layer]) => this.registerModule(key, layer));
  }

  forward(features: Tensor): Tensor {
    return this.#layers.reduce((output, layer) => layer.forward(output), features);
  }
}
