import type { ExperimentInput } from '../train/experiment/experiment.ts';
import { ExperimentBuilder, type NamedSettings, refuseMissing } from './experimentBuilder.ts';
import { settingsOver } from './oneSource.ts';

/** A group as a file has it. */
export interface GroupInput {
  /** Plain folder name: its runs lie in `runs/<name>/<experiment>/<n>`. */
  readonly name: string;
  /** Settings of all experiments that do not say otherwise. @default {} */
  readonly shared?: ExperimentInput;
  /** In the order in which they are run. */
  readonly experiments: readonly NamedSettings[];
  /** How often each is run, with seeds that count up. @default 1 */
  readonly repeat?: number;
}

/** A group said part by part; every method gives a new one. */
export class GroupBuilder {
  readonly #name: string;
  readonly #shared: ExperimentInput;
  readonly #experiments: readonly (ExperimentBuilder | NamedSettings)[];
  readonly #repeat: number;

  constructor(
    name: string,
    given: {
      readonly shared?: ExperimentInput;
      readonly experiments?: readonly (ExperimentBuilder | NamedSettings)[];
      readonly repeat?: number;
    } = {},
  ) {
    this.#name = name;
    this.#shared = given.shared ?? {};
    this.#experiments = given.experiments ?? [];
    this.#repeat = given.repeat ?? 1;
  }

  /** Settings of all its experiments, unless one says otherwise; what is said last counts. */
  share(settings: ExperimentInput): GroupBuilder {
    return this.#with({ shared: settingsOver(this.#shared, settings) });
  }

  /** One more experiment: a builder, or a name and the settings that are its own. */
  add(experiment: ExperimentBuilder | string, settings: ExperimentInput = {}): GroupBuilder {
    const added =
      typeof experiment === 'string' ? { ...settings, name: experiment } : experiment.set(settings);
    return this.#with({ experiments: [...this.#experiments, added] });
  }

  /** How often each is run, with seeds that count up. */
  repeat(times: number): GroupBuilder {
    return this.#with({ repeat: times });
  }

  #with(changes: ConstructorParameters<typeof GroupBuilder>[1]): GroupBuilder {
    const [shared, experiments, repeat] = [this.#shared, this.#experiments, this.#repeat];
    return new GroupBuilder(this.#name, { shared, experiments, repeat, ...changes });
  }

  /**
   * The group as a file has it.
   *
   * @throws {OptionError} if one of its experiments lacks a part that is not shared either.
   */
  toJSON(): GroupInput {
    const experiments = this.#experiments.map((one) => {
      if (!(one instanceof ExperimentBuilder)) return one;
      refuseMissing(one.name, { ...this.#shared, ...one.settings });
      return { name: one.name, ...one.settings };
    });
    return { name: this.#name, shared: this.#shared, experiments, repeat: this.#repeat };
  }
}

/** Begins a group. @param name plain folder name of its runs. */
export function experimentGroup(name: string): GroupBuilder {
  return new GroupBuilder(name);
}
