import { noGrad } from '../autograd.ts';
import { scope } from '../memory.ts';
import type { Tensor } from '../tensor.ts';
import {
  type OptimizerState,
  type ParamState,
  readState,
  type StateNames,
  writeState,
} from './optimizerState.ts';
import type { OptimizedParams, ParamBatch, ParamGroup, ParamGroupOptions } from './paramGroup.ts';
import { asGroups, batches, checkParams } from './paramGroup.ts';

/** What distinguishes one class of optimizers from another, apart from its update rule. */
export interface OptimizerKind<Options extends object> {
  /** The class's name, for messages and saved states. */
  readonly name: string;
  /** Fills in defaults; throws `OptionError` for unknown keys and values out of range. */
  readonly resolve: (options: Options) => Required<Options>;
  /** Refuses what makes no sense to begin with, though it does when it is set between two steps. */
  readonly checkGiven?: (options: Required<Options>) => void;
  /** What the optimizer remembers of each parameter. */
  readonly state: StateNames;
}

/**
 * Changes parameters by their gradients, step by step.
 *
 * Options are checked when given and again at every step, since each may be set between two steps:
 * `optimizer.paramGroups[0].lr = 0.01`. Parameters without gradient are left as they are.
 */
export abstract class Optimizer<Options extends object, State extends ParamState> {
  /** The groups of parameters with all their options. */
  readonly paramGroups: ParamGroup<Options>[] = [];

  readonly #kind: OptimizerKind<Options>;
  readonly #options: Options;
  readonly #state = new Map<Tensor, State>();

  constructor(kind: OptimizerKind<Options>, params: OptimizedParams<Options>, options: Options) {
    this.#kind = kind;
    this.#options = options;
    this.#resolveGiven(options);
    for (const group of asGroups(params)) this.addParamGroup(group);
    checkParams(kind.name, this.#params, new Set());
  }

  /**
   * Adds parameters, for example of layers that are to be trained from now on.
   *
   * @throws {OptionError} if an option is unknown or out of range, or a parameter is no leaf or is
   *   optimized already.
   */
  addParamGroup(group: ParamGroupOptions<Options>): void {
    const { params, ...options } = group;
    const resolved = this.#resolveGiven({ ...this.#options, ...options });
    const checked = checkParams(this.#kind.name, [...params], new Set(this.#params));
    // Sealed, so that a misspelt option set later is an error of JavaScript's.
    this.paramGroups.push(Object.seal({ ...resolved, params: checked }));
  }

  /** Forgets all gradients: `grad` of each parameter becomes undefined. */
  zeroGrad(): void {
    for (const param of this.#params) param.grad = undefined;
  }

  /**
   * Updates every parameter that has a gradient, in place and without recording it.
   *
   * @throws {OptionError} if an option was set to a value out of range.
   */
  step(): void {
    noGrad(() =>
      scope(() => {
        for (const group of this.paramGroups) this.#stepGroup(group);
      }),
    );
  }

  /** What the next steps depend on. The tensors are the live ones: save or clone them at once. */
  stateDict(): OptimizerState {
    return writeState(this.#kind.name, this.paramGroups, this.#state);
  }

  /**
   * Goes on where a saved optimizer stopped: its options and what it remembered of each parameter.
   *
   * @throws {CheckpointError} that lists every mismatch, in which case nothing is changed.
   */
  loadStateDict(saved: OptimizerState): void {
    const loaded = readState(saved, this.#kind, this.paramGroups);
    this.#state.clear();
    // `readState` has checked the names of the state's parts.
    for (const [param, state] of loaded.states) this.#state.set(param, state as State);
    for (const [index, options] of loaded.options.entries()) {
      Object.assign(this.paramGroups[index] as object, options);
    }
  }

  /** Applies the update rule to parameters of one group; runs without recording, in a scope. */
  protected abstract update(batch: ParamBatch, group: ParamGroup<Options>): void;

  /** What is remembered of a parameter; made by `create`, and kept from every scope, at first use. */
  protected stateOf(param: Tensor, create: () => State): State {
    let state = this.#state.get(param);
    if (state === undefined) this.#state.set(param, (state = create()));
    return state;
  }

  #resolveGiven(options: Options): Required<Options> {
    const resolved = this.#kind.resolve(options);
    this.#kind.checkGiven?.(resolved);
    return resolved;
  }

  get #params(): Tensor[] {
    return this.paramGroups.flatMap((group) => group.params);
  }

  #stepGroup(group: ParamGroup<Options>): void {
    const { params, ...options } = group;
    this.#kind.resolve(options as unknown as Options);
    for (const batch of batches(params)) this.update(batch, group);
  }
}
