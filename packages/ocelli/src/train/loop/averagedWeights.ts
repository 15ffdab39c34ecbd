import {
  type AnyModule,
  isFloatingPoint,
  noGrad,
  OptionCheck,
  CheckpointError,
  type StateDict,
  type Tensor,
  WeightAverage,
} from '@ocelli/torch';

/** What is done with the average after a step. */
interface AveragingRule {
  /** Steps between updates. */
  readonly every: number;
  /** Share of the average that stays at an update, given how many there were before. */
  readonly decayAt: (updates: number) => number;
  /** Whether training goes on from the average. */
  readonly isFollowed: boolean;
}

/**
 * A running average of a model's weights and running statistics, kept beside them while it trains.
 *
 * The model holds either what is trained or the average: {@link show} and {@link hide} exchange the two.
 * `fit` shows the average whenever something is measured, saved or ended, and hides it for the steps.
 */
export class AveragedWeights {
  readonly #average: WeightAverage;
  /** Of every name, the place of its average. */
  readonly #places: ReadonlyMap<string, number>;
  readonly #rule: AveragingRule;
  #steps = 0;
  #isShown = false;

  /** See {@link emaWeights} and {@link lookahead}. */
  constructor(model: AnyModule, rule: AveragingRule) {
    // The model's own tensors: what is detached would be left behind by `Module.to`.
    const state = [...model.stateDict({ keepVars: true })];
    const fractions = state.filter(([, { dtype }]) => isFloatingPoint(dtype));
    // What modules share is there under each name; exchanged twice, what is trained would not come back.
    const tensors = [...new Set(fractions.map(([, tensor]) => tensor))];
    this.#places = new Map(fractions.map(([name, tensor]) => [name, tensors.indexOf(tensor)]));
    this.#average = new WeightAverage(tensors);
    this.#rule = rule;
  }

  /** Takes in the weights after a step. */
  observe(): void {
    const { every, decayAt, isFollowed } = this.#rule;
    this.#steps += 1;
    if (this.#steps % every !== 0) return;
    this.#average.update(decayAt(this.#steps / every - 1));
    if (isFollowed) this.#average.apply();
  }

  /** Begins again with the weights that the model has now; while the average is hidden. */
  restart(): void {
    this.#average.update(0);
    this.#steps = 0;
  }

  /** Puts the average into the model, if it is not there. */
  show(): void {
    if (!this.#isShown) this.#exchange();
  }

  /** Puts what is trained back into the model, if it is not there. */
  hide(): void {
    if (this.#isShown) this.#exchange();
  }

  /** Runs `work` while the model holds the average. */
  whileShown<T>(work: () => T): T {
    return this.#while(true, work);
  }

  /** Runs `work` while the model holds what is trained. */
  whileHidden<T>(work: () => T): T {
    return this.#while(false, work);
  }

  /** All that goes on from here; while the average is hidden. The tensors are the live ones. */
  state(): { readonly steps: number; readonly tensors: StateDict } {
    const tensors = this.#average.average;
    const entries = [...this.#places].map(
      ([name, place]) => [name, tensors[place] as Tensor] as const, // one for each place
    );
    return { steps: this.#steps, tensors: new Map(entries) };
  }

  /**
   * Goes on from a stored state; while the average is hidden.
   *
   * @throws {CheckpointError} if it is of another model.
   */
  load({ steps, tensors }: { steps: number; tensors: ReadonlyMap<string, Tensor> }): void {
    const own = this.state().tensors;
    for (const [name, target] of own) {
      const shape = tensors.get(name)?.shape.join();
      if (shape === target.shape.join()) continue;
      throw new CheckpointError(
        `average: expected ${name} of shape (${target.shape.join()}), got ${shape ?? 'none'}.`,
      );
    }
    noGrad(() => {
      for (const [name, target] of own) target.copy_(tensors.get(name) as Tensor); // compared above
    });
    this.#steps = steps;
  }

  #exchange(): void {
    this.#average.swap();
    this.#isShown = !this.#isShown;
  }

  #while<T>(isShown: boolean, work: () => T): T {
    if (this.#isShown === isShown) return work();
    this.#exchange();
    try {
      return work();
    } finally {
      this.#exchange();
    }
  }
}

/** Options of {@link emaWeights}. */
export interface EmaOptions {
  /** Share of the average that stays at each step. @default 0.999 */
  decay?: number;
  /**
   * Lower decays at first, `(1 + n) / (10 + n)` after n updates, so that the first weights are soon
   * forgotten. @default false
   */
  warmup?: boolean;
}

/**
 * An exponential moving average: `average ← decay · average + (1 − decay) · weights` after every step.
 *
 * @throws {OptionError} if an option is unknown or out of range.
 * @see Polyak & Juditsky 1992; the warm-up is that of TensorFlow's `ExponentialMovingAverage`.
 */
export function emaWeights(model: AnyModule, options: EmaOptions = {}): AveragedWeights {
  const check = new OptionCheck('emaWeights');
  const { decay = 0.999, warmup = false } = check.read(options, ['decay', 'warmup']);
  if (!(decay > 0 && decay < 1)) throw check.error('decay', 'between 0 and 1', decay);
  check.flag('warmup', warmup);
  const decayAt = (n: number): number => (warmup ? Math.min(decay, (1 + n) / (10 + n)) : decay);
  return new AveragedWeights(model, { every: 1, decayAt, isFollowed: false });
}

/** Options of {@link lookahead}. */
export interface LookaheadOptions {
  /** Steps between two looks back. @default 5 */
  steps?: number;
  /** How far the average moves towards the weights. @default 0.5 */
  alpha?: number;
}

/**
 * Lookahead: every few steps the slow weights move a part of the way to the fast ones, and training goes
 * on from there. The slow weights are what is measured and saved.
 *
 * @throws {OptionError} if an option is unknown or out of range.
 * @see Zhang et al. 2019, https://arxiv.org/abs/1907.08610
 */
export function lookahead(model: AnyModule, options: LookaheadOptions = {}): AveragedWeights {
  const check = new OptionCheck('lookahead');
  const { steps = 5, alpha = 0.5 } = check.read(options, ['steps', 'alpha']);
  check.integer('steps', steps, 1);
  if (!(alpha > 0 && alpha < 1)) throw check.error('alpha', 'between 0 and 1', alpha);
  return new AveragedWeights(model, { every: steps, decayAt: () => 1 - alpha, isFollowed: true });
}
