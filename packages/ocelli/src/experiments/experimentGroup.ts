import { didYouMean, OptionError, optionError } from '@ocelli/torch';
import {
  type Experiment,
  type ExperimentInput,
  resolveExperiment,
} from '../train/experiment/experiment.ts';
import { settingsOver } from './oneSource.ts';

/** An experiment of a group, complete. */
export interface GroupMember {
  readonly name: string;
  readonly experiment: Experiment;
}

/** How the messages about a group name what they are about. */
export interface ResolveGroupOptions {
  /** What the group was read from, for messages. @default 'group' */
  readonly where?: string;
  /** Settings that count more than what the group says. @default {} */
  readonly overrides?: ExperimentInput;
}

/** Experiments in the order in which they are run: each repetition is one. */
export class ExperimentGroup implements Iterable<GroupMember> {
  readonly name: string;
  readonly #members: readonly GroupMember[];

  constructor(name: string, members: readonly GroupMember[]) {
    this.name = name;
    this.#members = members;
  }

  get length(): number {
    return this.#members.length;
  }

  /** The experiment at a place, or the first one of that name. */
  at(key: number | string): GroupMember | undefined {
    if (typeof key === 'number') return this.#members.at(key);
    return this.#members.find(({ name }) => name === key);
  }

  [Symbol.iterator](): Iterator<GroupMember> {
    return this.#members[Symbol.iterator]();
  }
}

const keys = ['name', 'shared', 'experiments', 'repeat'];

/** Whether the content of a file is a group rather than one experiment. */
export function isGroup(content: unknown): boolean {
  return typeof content === 'object' && content !== null && 'experiments' in content;
}

/**
 * Checks a group and completes each of its experiments: the shared settings, then its own, then those
 * that override.
 *
 * @param input a `GroupInput` or anything that gives one as JSON.
 * @throws {OptionError} naming everything that is missing or wrong, before anything is run.
 */
export function resolveGroup(input: unknown, options: ResolveGroupOptions = {}): ExperimentGroup {
  const { where = 'group', overrides = {} } = options;
  const content = JSON.parse(JSON.stringify(input)) as Record<string, unknown>;
  const missing = ['name', 'experiments'].filter((key) => content[key] === undefined);
  if (missing.length > 0) {
    throw new OptionError(`${where}: expected ${missing.join(' and ')} to be given, got none.`);
  }
  const { name, shared = {}, experiments, repeat = 1, ...unknown } = content;
  for (const key of Object.keys(unknown)) {
    const hint = didYouMean(key, keys) || 'Settings of all experiments stand in "shared".';
    throw new OptionError(`${where}: unknown part "${key}" of a group. ${hint}`);
  }
  if (!isFolderName(name)) throw optionError(where, 'name', nameRule, name);
  if (!Array.isArray(experiments) || experiments.length === 0) {
    throw optionError(where, 'experiments', 'a list of at least one', experiments);
  }
  if (!Number.isInteger(repeat) || Number(repeat) < 1) {
    throw optionError(where, 'repeat', 'a positive integer', repeat);
  }
  const members = experiments.flatMap((one: unknown, index) =>
    membersOf(one, { where: `${where}: experiment ${index + 1}`, shared, overrides, repeat }),
  );
  refuseTwice(members, where);
  return new ExperimentGroup(
    name,
    members.flatMap(({ repetitions }) => repetitions),
  );
}

interface Surroundings {
  readonly where: string;
  readonly shared: unknown;
  readonly overrides: ExperimentInput;
  readonly repeat: unknown;
}

interface Member {
  readonly name: string;
  readonly repetitions: readonly GroupMember[];
}

function membersOf(one: unknown, surroundings: Surroundings): Member[] {
  const { where, shared, overrides, repeat } = surroundings;
  if (typeof one !== 'object' || one === null) throw optionError(where, 'it', 'an object', one);
  const { name, ...own } = one as Record<string, unknown>;
  if (name === undefined) throw new OptionError(`${where}: expected name to be given, got none.`);
  if (!isFolderName(name)) throw optionError(where, 'name', nameRule, name);
  const settings = settingsOver(settingsOver((shared ?? {}) as object, own), overrides);
  const first = resolveExperiment(settings, { where: `${where} (${name})` });
  const repetitions = Array.from({ length: Number(repeat) }, (_, index) => ({
    name,
    experiment: Object.freeze({ ...first, seed: first.seed + index }),
  }));
  return [{ name, repetitions }];
}

function refuseTwice(members: readonly Member[], where: string): void {
  const names = members.map(({ name }) => name);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice === undefined) return;
  throw optionError(where, 'names', 'different for each experiment', twice);
}

const nameRule = 'letters, digits, dots, dashes and underscores';

function isFolderName(name: unknown): name is string {
  return typeof name === 'string' && /^[A-Za-z0-9][\w.-]*$/.test(name);
}
