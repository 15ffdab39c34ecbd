import { Module, parameter, type Tensor, zeros } from '@ocelli/torch';
import type { HeadBatch } from './headBatches.ts';

/**
 * Weights of the losses of many heads, learned with the model: what is hard to tell counts less.
 *
 * Of each head a log-variance s is learned, from 0 on, and its loss L becomes `exp(−s) · L + s / 2`.
 * A head without any label in a batch adds nothing.
 *
 * @see Kendall, Gal & Cipolla 2018, https://arxiv.org/abs/1705.07115, eq. 10, with s = log σ²
 */
export class LearnedLossWeights extends Module<never, never> {
  readonly #logVariances: ReadonlyMap<string, Tensor>;

  constructor(attributes: readonly string[]) {
    super();
    const parameters = attributes.map((name) => [name, parameter(zeros([]))] as const);
    for (const [name, logVariance] of parameters) this.registerParameter(name, logVariance);
    this.#logVariances = new Map(parameters);
  }

  /** What a head adds to the loss of a step. */
  weigh({ attribute = '', labels }: HeadBatch, loss: Tensor): Tensor {
    const logVariance = this.#logVariances.get(attribute);
    if (logVariance === undefined) throw new Error(`internal: no loss weight for ${attribute}`);
    const weighted = loss.mul(logVariance.neg().exp()).add(logVariance.mul(0.5));
    return weighted.mul(labels.ge(0).sum().clamp({ max: 1 }));
  }

  forward(): never {
    throw new Error('internal: loss weights have no forward.');
  }
}
