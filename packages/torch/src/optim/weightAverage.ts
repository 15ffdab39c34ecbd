import { noGrad } from '../autograd.ts';
import { isFloatingPoint } from '../dtype.ts';
import { scope } from '../memory.ts';
import { OptionCheck } from '../options.ts';
import type { Tensor } from '../tensor.ts';
import { addEach_, scaleEach_ } from './foreach.ts';

/**
 * A running average of a model's state: `average ← d·average + (1 − d)·state`.
 *
 * `update` alone gives an exponential moving average, which `apply` puts into the model in the end.
 * Both together every few steps are Lookahead: the model goes on from the average.
 *
 * @see Zhang et al. 2019, Lookahead Optimizer, https://arxiv.org/abs/1907.08610
 * @example
 * const average = new WeightAverage([...model.parameters(), ...model.buffers()]);
 * if (step % 5 === 0) average.update(0.99 ** 5);
 */
export class WeightAverage {
  readonly #state: readonly Tensor[];
  readonly #average: readonly Tensor[];

  /**
   * @param state parameters and buffers themselves, which `Module.to` may convert later; counters and other
   *   integers among them are left alone.
   */
  constructor(state: Iterable<Tensor>) {
    const fractions = [...state].filter(({ dtype }) => isFloatingPoint(dtype));
    // Not detached: that would stay with the memory which a converted model gives up.
    this.#state = fractions.map((tensor) => tensor.keep());
    this.#average = noGrad(() => fractions.map((tensor) => tensor.clone().keep()));
  }

  /**
   * Moves the average towards the state.
   *
   * @param decay d: the share of the average that stays.
   * @throws {OptionError} if it is not between 0 and 1.
   */
  update(decay: number): void {
    new OptionCheck('WeightAverage').number('decay', decay, [0, 1]);
    noGrad(() => {
      scaleEach_(this.#average, decay);
      addEach_(this.#average, this.#state, 1 - decay);
    });
  }

  /** Exchanges state and average, to look at the one and go on with the other. */
  swap(): void {
    noGrad(() =>
      scope(() => {
        for (const [index, tensor] of this.#state.entries()) {
          const average = this.#average[index] as Tensor; // one for each tensor of the state
          const state = tensor.clone();
          tensor.copy_(average);
          average.copy_(state);
        }
      }),
    );
  }

  /** The average of each tensor of the state; live, to be saved or set. */
  get average(): readonly Tensor[] {
    return this.#average;
  }

  /** Sets the state to the average. */
  apply(): void {
    noGrad(() => {
      for (const [index, tensor] of this.#state.entries()) {
        tensor.copy_(this.#average[index] as Tensor); // one for each tensor of the state
      }
    });
  }
}
