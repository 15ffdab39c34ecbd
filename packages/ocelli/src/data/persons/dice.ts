import { generatorFor, mixSeed } from '../randomOrder.ts';
import type { Xoshiro128 } from '../randomOrder.ts';

/** Seeded chance: the same parts of a seed always give the same throws. */
export class Dice {
  readonly #random: Xoshiro128;

  constructor(...seed: readonly number[]) {
    this.#random = generatorFor(mixSeed(...seed));
  }

  /** Uniform in [from, to). */
  between(from: number, to: number): number {
    return from + ((to - from) * this.#random.next()) / 2 ** 32;
  }

  /** True with the given probability. */
  chance(probability: number): boolean {
    return this.between(0, 1) < probability;
  }

  /** One of the items, each as likely as the others. */
  pick<Item>(items: readonly Item[]): Item {
    const item = items[this.#random.below(items.length)];
    if (item === undefined) throw new Error('internal: nothing to pick from');
    return item;
  }

  /** A whole number from 0 to below `bound`. */
  below(bound: number): number {
    return this.#random.below(bound);
  }
}
