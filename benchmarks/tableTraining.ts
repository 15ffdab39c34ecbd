// A short training on a table of drawn persons, and what each head is worth after it.
import { existsSync } from 'node:fs';
import { getNumThreads } from '@ocelli/torch';
import {
  assemble,
  countedHeads,
  evaluate,
  evaluationBatches,
  evaluationFacts,
  type ExperimentInput,
  fit,
  headOptions,
  openRunData,
  resolveExperiment,
  trainingBatches,
} from 'ocelli';

/** Where pictures are kept, and by which split. */
export interface TableTrainingPlaces {
  readonly cacheFolder: string;
  /** All tables are divided in the same way: written with the first, read with the others. */
  readonly splitFile: string;
}

/** Balanced accuracy of every attribute on the validation part, 0 to 1. */
export async function trainedHeads(
  input: ExperimentInput & { readonly table: string },
  { cacheFolder, splitFile }: TableTrainingPlaces,
): Promise<Record<string, number>> {
  const experiment = resolveExperiment({ batchSize: 32, threads: getNumThreads(), ...input });
  const stored = existsSync(splitFile) && { splitFile };
  const opened = await openRunData(experiment, { cacheFolder, ...stored });
  const { train, validation, facts } = opened;
  if (!stored) opened.writeSplit?.(splitFile);
  const data = trainingBatches(train, facts, experiment);
  const heads = countedHeads(train);
  const { stepsPerEpoch, batchSize } = data;
  const parts = assemble(experiment, { heads, stepsPerEpoch, batchSize });
  await fit({ ...parts, data, epochs: experiment.epochs, seed: experiment.seed });
  const held = evaluationBatches(validation.dataset, facts, experiment);
  const scores = await evaluate(parts.model, held, evaluationFacts(headOptions(experiment, heads)));
  const entries = Object.entries(scores?.attributes ?? {});
  return Object.fromEntries(entries.map(([name, own]) => [name, own.balancedAccuracy ?? NaN]));
}

/** Mean over the attributes named. */
export function meanOver(
  scores: Readonly<Record<string, number>>,
  names: readonly string[] = Object.keys(scores),
): number {
  return names.reduce((sum, name) => sum + (scores[name] ?? NaN), 0) / names.length;
}

/** A share as people read it. */
export function percent(share: number | undefined): string {
  return `${(100 * (share ?? NaN)).toFixed(1)} %`;
}
