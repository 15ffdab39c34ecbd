import {
  GlobalAvgPool,
  GlobalConcatPool,
  GlobalMaxPool,
  Identity,
  type Module,
} from '@ocelli/torch';

/**
 * How a feature map `(N, C, H, W)` becomes features `(N, C)`: the mean of every channel, its greatest
 * value, or both side by side, which makes `(N, 2 C)`. `none` leaves it as it is.
 */
export type GlobalPool = (typeof globalPools)[number];

/** All kinds there are. */
export const globalPools = ['average', 'max', 'concat', 'none'] as const;

/** The layer that pools so, and how many features it gives. */
export function globalPool(kind: GlobalPool, channels: number): [layer: Module, features: number] {
  if (kind === 'average') return [new GlobalAvgPool(), channels];
  if (kind === 'max') return [new GlobalMaxPool(), channels];
  return kind === 'concat' ? [new GlobalConcatPool(), 2 * channels] : [new Identity(), channels];
}
