import { type Environment, readEnvironment } from '../train/runFolder/environment.ts';
import type { RunFolder } from '../train/runFolder/runFolder.ts';

/** A fact about machine or code that was not the same for all runs. */
export interface DifferingFact {
  readonly name: keyof Environment;
  /** One a run, in their order; `null` where it is not on record. */
  readonly values: readonly (string | number | null)[];
}

/** What may change a number or a time; the rest of the record only tells machines apart. */
const telling = [
  'ocelli',
  'libtorch',
  'processor',
  'cores',
  'threads',
  'device',
  'gpu',
  'kernels',
  'commit',
] as const satisfies readonly (keyof Environment)[];

/** The facts in which runs differ, as far as they are on record, besides their settings. */
export function differingFacts(folders: readonly RunFolder[]): DifferingFact[] {
  const environments = folders.map((folder) => readEnvironment(folder) ?? {});
  return telling
    .map((name) => ({ name, values: environments.map((one) => one[name] ?? null) }))
    .filter(({ values }) => new Set(values.filter((value) => value !== null)).size > 1);
}
