import { OptionCheck } from '@ocelli/torch';

/** When a learning rate is lowered, and by how much. */
export interface ReduceOnPlateauOptions {
  /** Learning rate at the beginning. */
  lr: number;
  /** Of each reduction, above 0 and below 1. @default 0.1 */
  factor?: number;
  /** Epochs without improvement that are waited for; the next one reduces. @default 10 */
  patience?: number;
  /** Epochs after a reduction that do not count. @default 0 */
  cooldown?: number;
  /** Lowest learning rate. @default 0 */
  min?: number;
  /** What a figure has to be better by to count as better. @default 1e-4 */
  minDelta?: number;
  /** Whether a lower or a higher figure is better. @default 'lower' */
  better?: 'lower' | 'higher';
}

/** All that the next epoch depends on; plain JSON, for the checkpoint. */
export interface PlateauState {
  readonly lr: number;
  /** Best figure so far; `null` before the first. */
  readonly best: number | null;
  /** Epochs without improvement. */
  readonly waited: number;
  /** Epochs left of the cooldown. */
  readonly cooling: number;
}

/** What an epoch's figure did. */
export interface PlateauVerdict {
  /** Learning rate before and after; absent if it stays. */
  readonly reduced?: { readonly from: number; readonly to: number };
}

/**
 * A learning rate that falls when a figure stops getting better.
 *
 * A reduction happens when more epochs than `patience` in a row bring no figure better than the best by
 * more than `minDelta` (an absolute difference).
 */
export class ReduceOnPlateau {
  readonly #options: Required<ReduceOnPlateauOptions>;
  #state: PlateauState;

  /** @throws {OptionError} if an option is outside its range. */
  constructor(options: ReduceOnPlateauOptions) {
    const check = new OptionCheck('reduceOnPlateau');
    check.read(options, ['lr', 'factor', 'patience', 'cooldown', 'min', 'minDelta', 'better']);
    const { lr, factor = 0.1, patience = 10, cooldown = 0 } = options;
    const { min = 0, minDelta = 1e-4, better = 'lower' } = options;
    check.positive('lr', lr);
    if (!(factor > 0 && factor < 1)) throw check.error('factor', 'between 0 and 1', factor);
    check.integer('patience', patience, 0);
    check.integer('cooldown', cooldown, 0);
    if (!(min >= 0 && min < lr)) throw check.error('min', `from 0 to below lr (${lr})`, min);
    check.number('minDelta', minDelta, [0]);
    check.oneOf('better', better, ['lower', 'higher']);
    this.#options = { lr, factor, patience, cooldown, min, minDelta, better };
    this.#state = { lr, best: null, waited: 0, cooling: 0 };
  }

  /** Learning rate of the next step. */
  get lr(): number {
    return this.#state.lr;
  }

  /** Everything the future depends on. */
  get state(): PlateauState {
    return this.#state;
  }

  /** Goes on from a stored state. */
  load(state: PlateauState): void {
    this.#state = { ...state };
  }

  /** Takes the figure of an epoch. A figure that is not finite counts as no improvement. */
  observe(figure: number): PlateauVerdict {
    const { patience, cooldown } = this.#options;
    const { lr, best, cooling } = this.#state;
    if (this.#isBetter(figure, best)) {
      this.#state = { lr, best: figure, waited: 0, cooling: Math.max(0, cooling - 1) };
      return {};
    }
    const waited = cooling > 0 ? 0 : this.#state.waited + 1;
    this.#state = { lr, best, waited, cooling: Math.max(0, cooling - 1) };
    if (waited <= patience) return {};
    const reduced = Math.max(this.#options.min, lr * this.#options.factor);
    this.#state = { lr: reduced, best, waited: 0, cooling: cooldown };
    return reduced === lr ? {} : { reduced: { from: lr, to: reduced } };
  }

  #isBetter(figure: number, best: number | null): boolean {
    if (!Number.isFinite(figure)) return false;
    const { better, minDelta } = this.#options;
    if (best === null) return true;
    return better === 'lower' ? figure < best - minDelta : figure > best + minDelta;
  }
}
