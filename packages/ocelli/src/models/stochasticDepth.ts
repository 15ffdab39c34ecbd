import { Module, rand, type Tensor } from '@ocelli/torch';

/**
 * In training, sets all of a picture's features to 0 with probability `p`, so that its residual branch
 * is left out, and divides those of the others by `1 − p`; in evaluation it passes its input on.
 *
 * @see Huang et al. 2016, https://arxiv.org/abs/1603.09382
 */
export class StochasticDepth extends Module {
  readonly #p: number;

  constructor(p: number) {
    super();
    this.#p = p;
  }

  forward(branch: Tensor): Tensor {
    if (!this.training || this.#p === 0) return branch;
    const kept = rand([branch.shape[0] ?? 0, 1, 1, 1], { device: branch.device }).ge(this.#p);
    return branch.mul(kept.to({ dtype: branch.dtype }).div(1 - this.#p));
  }
}
