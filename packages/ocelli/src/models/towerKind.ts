import type { Module } from '@ocelli/torch';
import type { GlobalPool } from './globalPool.ts';

/**
 * What stands between a trunk and the logits of one attribute. Any function that makes a module will
 * do; `denseTower`, `linearTower`, `mapTower` and `stageTower` are the ones at hand.
 *
 * @example
 * const tower: TowerKind = {
 *   pool: 'average',
 *   make: (features, numClasses) => new Linear(features, numClasses),
 * };
 */
export interface TowerKind {
  /** Applied once, for all towers; `none` gives them the feature map itself. */
  readonly pool: GlobalPool;
  /** The tower of one attribute: `(N, channels)` or `(N, channels, H, W)` → logits `(N, numClasses)`. */
  readonly make: (channels: number, numClasses: number) => Module;
}
