import { AdamOptimizer, type AdamOptions, adamKind, type Decay } from './adamOptimizer.ts';
import type { OptimizedParams, ParamGroup } from './paramGroup.ts';

const kind = adamKind('Adam', 0);

/**
 * Adam with weight decay as an L2 penalty: the decay goes through the running means, so that
 * parameters with large gradients decay less. {@link AdamW} decays them all alike.
 *
 * @see Kingma & Ba 2015, https://arxiv.org/abs/1412.6980
 * @example
 * const optimizer = new Adam(model.parameters(), { lr: 1e-3 });
 */
export class Adam extends AdamOptimizer {
  constructor(params: OptimizedParams<AdamOptions>, options: AdamOptions = {}) {
    super(kind, params, options);
  }

  protected override decay({ weightDecay }: ParamGroup<AdamOptions>): Decay {
    return { keep: 1, penalty: weightDecay };
  }
}
