import { OptionError } from '@ocelli/torch';
import type { ExperimentInput } from '../train/experiment/experiment.ts';
import { isSource, namesSource } from './oneSource.ts';

/** An experiment as a file has it: its name and any settings. */
export type NamedSettings = { readonly name: string } & ExperimentInput;

type OptimizerSettings = Pick<
  ExperimentInput,
  'lr' | 'momentum' | 'nesterov' | 'weightDecay' | 'lossReduction' | 'gradientClip'
>;
type TableSettings = Pick<
  ExperimentInput,
  'images' | 'imageColumn' | 'labelColumns' | 'groupColumn' | 'testShare'
>;

/** What an experiment written in code has to say; everything else has defaults. */
const parts: readonly (readonly [string, readonly (keyof ExperimentInput)[]])[] = [
  ['pictures: data(), dataset() or table()', ['data', 'dataset', 'table']],
  ['a model: model()', ['model']],
  ['a length: epochs()', ['epochs']],
];

/** What is said in one call with its options. */
type Part = 'pictures' | 'optimizer' | 'schedule';

const pictures: Part = 'pictures';

/**
 * An experiment said part by part. Every method gives a new one, so that experiments can start from a
 * common one; what is said last counts. Pictures, optimizer and schedule take the place of those said
 * before with all options of that call; what `set` said stays.
 */
export class ExperimentBuilder {
  readonly name: string;
  readonly settings: ExperimentInput;
  /** By setting: the part as an option of which it was said. */
  #parts: ReadonlyMap<string, Part> = new Map();

  constructor(name: string, settings: ExperimentInput = {}) {
    this.name = name;
    this.settings = settings;
  }

  /** Any settings, as an experiment file has them. */
  set(settings: ExperimentInput): ExperimentBuilder {
    return this.#say(settings);
  }

  /** The same experiment by another name. */
  named(name: string): ExperimentBuilder {
    const same = new ExperimentBuilder(name, this.settings);
    same.#parts = this.#parts;
    return same;
  }

  /** Pictures in class folders, an archive of them, or CIFAR's binary batches. */
  data(path: string): ExperimentBuilder {
    return this.set({ data: path });
  }

  /** A published data set. */
  dataset(name: NonNullable<ExperimentInput['dataset']>): ExperimentBuilder {
    return this.set({ dataset: name });
  }

  /** A table of pictures and attributes. */
  table(path: string, columns: TableSettings = {}): ExperimentBuilder {
    return this.#say({ ...columns, table: path }, 'pictures');
  }

  model(name: NonNullable<ExperimentInput['model']>): ExperimentBuilder {
    return this.set({ model: name });
  }

  epochs(count: number): ExperimentBuilder {
    return this.set({ epochs: count });
  }

  /** The update rule with its options. */
  optimizer(
    name: NonNullable<ExperimentInput['optimizer']>,
    options: OptimizerSettings = {},
  ): ExperimentBuilder {
    return this.#say({ ...options, optimizer: name }, 'optimizer');
  }

  /** The learning rate over time, with the options of that schedule; those of one said before are gone. */
  schedule(name: string, options: Readonly<Record<string, unknown>> = {}): ExperimentBuilder {
    const schedule = name as NonNullable<ExperimentInput['schedule']>; // checked when it is resolved
    return this.#say({ schedule, ...optionsOf(name, options) }, 'schedule');
  }

  /** Transforms of the training pictures, in their order. */
  augmentation(...transforms: NonNullable<ExperimentInput['augmentation']>): ExperimentBuilder {
    return this.set({ augmentation: transforms });
  }

  /**
   * The experiment as a file has it.
   *
   * @throws {OptionError} if it says not what to train, on what, and how long; it names all that is missing.
   */
  toJSON(): NamedSettings {
    refuseMissing(this.name, this.settings);
    return { name: this.name, ...this.settings };
  }

  /** Says settings, those of a part in place of what was said of it before. */
  #say(said: ExperimentInput, part?: Part): ExperimentBuilder {
    const replaced: (Part | undefined)[] = [part, ...(namesSource(said) ? [pictures] : [])];
    const stays = ([name]: readonly [string, unknown]): boolean => {
      const own = isSource(name) ? pictures : this.#parts.get(name);
      return own === undefined || !replaced.includes(own);
    };
    const kept = Object.fromEntries(Object.entries(this.settings).filter(stays));
    const next = new ExperimentBuilder(this.name, { ...kept, ...said });
    const partOf = new Map([...this.#parts].filter(stays));
    for (const name of Object.keys(said)) {
      if (part === undefined) partOf.delete(name);
      else partOf.set(name, part);
    }
    next.#parts = partOf;
    return next;
  }
}

/** A schedule's options as settings: the triangle's peak is one of its own. */
function optionsOf(
  schedule: string,
  options: Readonly<Record<string, unknown>>,
): Pick<ExperimentInput, 'peakEpoch' | 'scheduleOptions'> {
  const isTriangle = schedule === 'triangle';
  const { peakEpoch, ...others } = options;
  const scheduleOptions = isTriangle ? others : options;
  return {
    ...(isTriangle && peakEpoch !== undefined && { peakEpoch: peakEpoch as number }), // checked later
    ...(Object.keys(scheduleOptions).length > 0 && { scheduleOptions }),
  };
}

/** Begins an experiment. @param name of its runs: a plain folder name. */
export function experiment(name: string): ExperimentBuilder {
  return new ExperimentBuilder(name);
}

/** @throws {OptionError} naming every part that an experiment lacks. */
export function refuseMissing(name: string, settings: ExperimentInput): void {
  const missing = parts.filter(([, keys]) => keys.every((key) => settings[key] === undefined));
  const names = [
    ...(name === '' ? ['a name: experiment(name)'] : []),
    ...missing.map(([part]) => part),
  ];
  if (names.length === 0) return;
  throw new OptionError(
    `experiment ${JSON.stringify(name)}: expected all its parts to be given; missing: ${names.join('; ')}.`,
  );
}
