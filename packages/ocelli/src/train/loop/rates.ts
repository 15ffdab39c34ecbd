import type { PlateauRate } from '../schedules/plateau.ts';
import type { Schedule } from '../schedules/schedule.ts';
import { setLearningRate, setMomentum, type StepOptimizer } from './trainStep.ts';

/** What sets the learning rate and momentum of each step. */
export interface RateOptions {
  /**
   * Learning rate of each step, for a loss that is a mean. With a summed loss the optimizer gets it
   * divided by the batch size, whatever the size of the last batch.
   */
  readonly lrAt: Schedule;
  /** Momentum of each step. @default as the optimizer has it */
  readonly momentumAt?: Schedule;
  /** Factors on the learning rate, one for each parameter group. @default 1 for each */
  readonly lrFactors?: readonly number[];
  /** What the parameter groups are called on the record. @default group0, group1 ... */
  readonly groupNames?: readonly string[];
  /** Lowers the learning rate when the validation stops getting better. */
  readonly plateau?: PlateauRate;
}

/** What a step learns with. */
export interface StepRates {
  /** The schedule's value, before it is divided by the batch size for a summed loss. */
  readonly lr: number;
  /** Present where a schedule moves it. */
  readonly momentum?: number;
  /** Learning rate of each parameter group, where there are several. */
  readonly lrs?: Readonly<Record<string, number>>;
}

/** Learning rate and momentum at each step of a run: the schedules, times what a plateau left of them. */
export class Rates {
  readonly #options: RateOptions;
  readonly #optimizer: StepOptimizer;

  constructor(options: RateOptions, optimizer: StepOptimizer) {
    this.#options = options;
    this.#optimizer = optimizer;
  }

  /** @param step how many were made before it. */
  at(step: number): StepRates {
    const { momentumAt } = this.#options;
    const lr = this.lrAt(step);
    const lrs = this.#ofGroups(lr);
    return { lr, ...(momentumAt && { momentum: momentumAt(step) }), ...(lrs && { lrs }) };
  }

  /** The learning rate alone. */
  lrAt(step: number): number {
    const { lrAt, plateau } = this.#options;
    return lrAt(step) * (plateau?.factor ?? 1);
  }

  /** Gives the optimizer what the step learns with, the rate divided. */
  set({ lr, momentum }: StepRates, divisor: number): void {
    setLearningRate(this.#optimizer, lr / divisor, this.#options.lrFactors);
    if (momentum !== undefined) setMomentum(this.#optimizer, momentum);
  }

  #ofGroups(lr: number): StepRates['lrs'] {
    const { lrFactors = [], groupNames = [] } = this.#options;
    const { paramGroups } = this.#optimizer;
    if (paramGroups.length < 2) return undefined;
    const named = paramGroups.map((_, index) => [
      groupNames[index] ?? `group${index}`,
      lr * (lrFactors[index] ?? 1),
    ]);
    return Object.fromEntries(named) as Record<string, number>;
  }
}
