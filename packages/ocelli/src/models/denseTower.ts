import { BatchNorm1d, Dropout, Linear, Module, OptionCheck, type Tensor } from '@ocelli/torch';
import { type GlobalPool, globalPools } from './globalPool.ts';
import type { TowerKind } from './towerKind.ts';

/** What a tower of one linear layer is built from. */
export interface LinearTowerOptions {
  /** How the trunk's feature map becomes features; `none` if the trunk ends with that. @default 'average' */
  pool?: GlobalPool;
  /** Whether the last layer has an offset. @default true */
  bias?: boolean;
  /** Factor on the logits. @default 1 */
  logitScale?: number;
}

/** What a tower of dense layers over a feature map is built from. */
export interface DenseTowerOptions extends LinearTowerOptions {
  /** Begin with batch normalization. @default true */
  batchNorm?: boolean;
  /** Share of the features that training sets to zero. @default 0.1 */
  dropout?: number;
  /** Features of the layer before the last, which has a ReLU. @default 128 */
  hidden?: number;
}

const linearKeys = ['pool', 'bias', 'logitScale'] as const;

/**
 * Towers of batch norm, dropout, a dense layer with ReLU and a linear one: `(N, C)` → logits `(N, K)`.
 * Keys: `norm`, `hidden`, `output`.
 *
 * @throws {OptionError} if an option is unknown or out of its range.
 */
export function denseTower(options: DenseTowerOptions = {}): TowerKind {
  const check = new OptionCheck('denseTower');
  check.read(options, [...linearKeys, 'batchNorm', 'dropout', 'hidden']);
  const { batchNorm = true, dropout = 0.1, hidden = 128, pool = 'average', ...last } = options;
  const before = {
    batchNorm: check.flag('batchNorm', batchNorm),
    dropout: check.number('dropout', dropout, [0, 1]),
    hidden: check.integer('hidden', hidden, 1),
  };
  const parts = { ...outputOptions(check, last), before };
  check.oneOf('pool', pool, globalPools);
  return { pool, make: (features, classes) => new DenseTower([features, classes], parts) };
}

/** Towers of one linear layer, `output`: `(N, C)` → logits `(N, K)`. @throws {OptionError} */
export function linearTower(options: LinearTowerOptions = {}): TowerKind {
  const check = new OptionCheck('linearTower');
  const { pool = 'average', ...last } = check.read(options, linearKeys);
  const parts = outputOptions(check, last);
  check.oneOf('pool', pool, globalPools);
  return { pool, make: (features, classes) => new DenseTower([features, classes], parts) };
}

/** What a tower is made of. */
interface DenseTowerParts {
  readonly bias: boolean;
  readonly logitScale: number;
  /** The layers before the last. */
  readonly before?: Required<Pick<DenseTowerOptions, 'batchNorm' | 'dropout' | 'hidden'>>;
}

function outputOptions(check: OptionCheck, options: LinearTowerOptions): DenseTowerParts {
  const { bias = true, logitScale = 1 } = options;
  return { bias: check.flag('bias', bias), logitScale: check.positive('logitScale', logitScale) };
}

/** A tower of {@link denseTower} or {@link linearTower}. */
export class DenseTower extends Module {
  readonly norm: BatchNorm1d | undefined;
  readonly dropout: Dropout | undefined;
  readonly hidden: Linear | undefined;
  readonly output: Linear;
  readonly logitScale: number;
  /** The same for towers that may be computed together, whatever their classes. */
  readonly shape: string;

  constructor([features, numClasses]: readonly [number, number], parts: DenseTowerParts) {
    super();
    const { before, bias, logitScale } = parts;
    if (before?.batchNorm) this.norm = this.registerModule('norm', new BatchNorm1d(features));
    if (before && before.dropout > 0) {
      this.dropout = this.registerModule('dropout', new Dropout({ p: before.dropout }));
    }
    if (before) this.hidden = this.registerModule('hidden', new Linear(features, before.hidden));
    const last = new Linear(before?.hidden ?? features, numClasses, { bias });
    this.output = this.registerModule('output', last);
    this.logitScale = logitScale;
    this.shape = JSON.stringify([features, parts]);
  }

  /** `(N, C)` → logits `(N, K)`. */
  forward(features: Tensor): Tensor {
    const normed = this.norm?.forward(features) ?? features;
    const kept = this.dropout?.forward(normed) ?? normed;
    const hidden = this.hidden?.forward(kept).relu() ?? kept;
    const logits = this.output.forward(hidden);
    return this.logitScale === 1 ? logits : logits.mul(this.logitScale);
  }
}
