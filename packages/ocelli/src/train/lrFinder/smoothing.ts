/**
 * A running mean that forgets, free of the bias of its beginning: with weight β on the past,
 * `m_k = β · m_(k−1) + (1 − β) · x_k` from `m_0 = 0`, shown as `m_k / (1 − β^k)`.
 *
 * Without the division the curve would begin near 0 and rise; the first value shown is the first seen.
 */
export class SmoothedLoss {
  readonly #weight: number;
  #mean = 0;
  #count = 0;

  /** @param weight of the past, from 0 (no smoothing) to below 1. */
  constructor(weight: number) {
    this.#weight = weight;
  }

  /** @returns the running mean with this value. */
  add(value: number): number {
    this.#count++;
    this.#mean = this.#weight * this.#mean + (1 - this.#weight) * value;
    return this.#mean / (1 - this.#weight ** this.#count);
  }
}
