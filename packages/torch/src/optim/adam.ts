import { AdamOptimizer, type AdamOptions, adamKind } from './adamOptimizer.ts';
import { addEach_, scaleEach } from './foreach.ts';
import type { OptimizedParams, ParamBatch, ParamGroup } from './paramGroup.ts';

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

  protected override update(batch: ParamBatch, group: ParamGroup<AdamOptions>): void {
    const { weightDecay, maximize } = group;
    if (weightDecay === 0) {
      this.adapt(batch, group, maximize ? -1 : 1);
      return;
    }
    // The square of the sum is needed, and so the sum itself.
    const directions = scaleEach(batch.params, weightDecay);
    addEach_(directions, batch.grads, maximize ? -1 : 1);
    this.adapt({ params: batch.params, grads: directions }, group, 1);
  }
}
