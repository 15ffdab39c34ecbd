import { OptionError } from '@ocelli/torch';
import type { ExperimentInput } from '../train/experiment/experiment.ts';

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

/**
 * An experiment said part by part. Every method gives a new one, so that experiments can start from a
 * common one; what is said last counts.
 */
export class ExperimentBuilder {
  readonly name: string;
  readonly settings: ExperimentInput;

  constructor(name: string, settings: ExperimentInput = {}) {
    this.name = name;
    this.settings = settings;
  }

  /** Any settings, as an experiment file has them. */
  set(settings: ExperimentInput): ExperimentBuilder {
    return new ExperimentBuilder(this.name, { ...this.settings, ...settings });
  }

  /** The same experiment by another name. */
  named(name: string): ExperimentBuilder {
    return new ExperimentBuilder(name, this.settings);
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
    return this.set({ ...columns, table: path });
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
    return this.set({ ...options, optimizer: name });
  }

  /** The learning rate over time, with the options of that schedule. */
  schedule(name: string, options: Readonly<Record<string, unknown>> = {}): ExperimentBuilder {
    const { peakEpoch, ...others } = options;
    return this.set({
      schedule: name as NonNullable<ExperimentInput['schedule']>, // checked when it is resolved
      ...(typeof peakEpoch === 'number' && { peakEpoch }),
      ...(Object.keys(others).length > 0 && { scheduleOptions: others }),
    });
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
