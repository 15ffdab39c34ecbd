import { AdamOptimizer, type AdamOptions, adamKind, type Decay } from './adamOptimizer.ts';
import type { OptimizedParams, ParamGroup } from './paramGroup.ts';

const kind = adamKind('AdamW', 0.01);

/**
 * Adam with decoupled weight decay: `p ← p·(1 − lr·weightDecay)` before each step of Adam.
 *
 * @see Loshchilov & Hutter 2019, https://arxiv.org/abs/1711.05101
 * @example
 * const optimizer = new AdamW(model.parameters(), { lr: 1e-3, weightDecay: 0.05 });
 */
export class AdamW extends AdamOptimizer {
  /** @param options as of {@link Adam}, but `weightDecay` is 0.01 when left out. */
  constructor(params: OptimizedParams<AdamOptions>, options: AdamOptions = {}) {
    super(kind, params, options);
  }

  protected override decay({ lr, weightDecay }: ParamGroup<AdamOptions>): Decay {
    return { keep: 1 - lr * weightDecay, penalty: 0 };
  }
}
