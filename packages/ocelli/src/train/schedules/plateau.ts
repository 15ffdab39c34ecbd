import { optionError } from '@ocelli/torch';
import type { Scores } from '../../metrics/scores.ts';
import { isLoss, meanFigure } from '../../metrics/bestFigure.ts';
import {
  type PlateauState,
  ReduceOnPlateau,
  type ReduceOnPlateauOptions,
} from './reduceOnPlateau.ts';

/** Options of {@link PlateauRate}, those of {@link ReduceOnPlateau} among them. */
export interface PlateauRateOptions extends Omit<ReduceOnPlateauOptions, 'better'> {
  /** Figure of the validation that is watched; less is better if it is a loss. @default 'loss' */
  monitor?: string;
}

/** A reduction: the rate the schedule says was multiplied by less from here on. */
export interface Reduction {
  /** Highest learning rate before and after. */
  readonly from: number;
  readonly to: number;
  /** The figure of this epoch; `null` if it has none. */
  readonly value: number | null;
  /** The best one so far; `null` if no epoch had any. */
  readonly best: number | null;
}

/**
 * Lowers the learning rate of a run when a figure of its validation stops getting better: a factor on
 * what the schedule says, changed after an epoch.
 *
 * @see ReduceOnPlateau for when that is.
 */
export class PlateauRate {
  readonly monitor: string;
  readonly #lr: number;
  readonly #policy: ReduceOnPlateau;

  /** @throws {OptionError} if an option is outside its range. */
  constructor({ monitor = 'loss', ...options }: PlateauRateOptions) {
    if (typeof monitor !== 'string') {
      throw optionError('reduceOnPlateau', 'monitor', 'the name of a figure', monitor);
    }
    this.monitor = monitor;
    this.#lr = options.lr;
    this.#policy = new ReduceOnPlateau({
      ...options,
      better: isLoss([monitor]) ? 'lower' : 'higher',
    });
  }

  /** What the schedule's rate is multiplied by; 1 before the first reduction. */
  get factor(): number {
    return this.#policy.lr / this.#lr;
  }

  /** Takes an epoch's evaluation. @returns the reduction, if there is one. */
  observe(scores: Scores): Reduction | undefined {
    const value = meanFigure(scores, [this.monitor]);
    const { reduced } = this.#policy.observe(value ?? NaN);
    return reduced && { ...reduced, value, best: this.#policy.state.best };
  }

  /** Everything the future depends on, for a checkpoint. */
  get state(): PlateauState {
    return this.#policy.state;
  }

  /** Goes on from a stored state. */
  load(state: PlateauState): void {
    this.#policy.load(state);
  }
}
