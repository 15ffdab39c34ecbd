// What the other attributes of drawn persons suffer when half of the labels of one are missing.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { getNumThreads } from '@ocelli/torch';
import {
  assemble,
  countedHeads,
  drawPersons,
  evaluate,
  evaluationBatches,
  evaluationFacts,
  fit,
  headOptions,
  openRunData,
  resolveExperiment,
  trainingBatches,
} from 'ocelli';
import type { Benchmark, BenchmarkOptions, Figure } from './benchmark.ts';
import { inTemporaryFolder } from './temporaryFolder.ts';

const hidden = 'age';

export const missingLabels: Benchmark = {
  name: 'missing-labels',
  measures: `what seven attributes lose in balanced accuracy when half of the labels of ${hidden} are hidden`,
  run: (options) => inTemporaryFolder((folder) => measure(folder, options)),
};

async function measure(folder: string, { quick, note }: BenchmarkOptions): Promise<Figure> {
  const persons = join(folder, 'persons');
  const count = quick ? 200 : 2000;
  const { table } = await drawPersons(persons, { count, size: 64, wrong: 0, missing: 0 });
  const halved = join(persons, 'halved.csv');
  writeFileSync(halved, withoutHalf(readFileSync(table, 'utf8')));
  const seeds = quick ? [0] : [0, 1, 2];
  const losses: number[] = [];
  for (const seed of seeds) {
    const splitFile = join(folder, `split-${seed}.json`);
    const settings = { quick, seed, splitFile, cacheFolder: join(folder, 'cache') };
    const [all, half] = [await trained(table, settings), await trained(halved, settings)];
    const others = Object.keys(all).filter((name) => name !== hidden);
    losses.push(100 * (meanOf(all, others) - meanOf(half, others)));
    note(
      `seed ${seed}: others ${percent(meanOf(all, others))}, with half of ${hidden} hidden ` +
        `${percent(meanOf(half, others))}; ${hidden} ${percent(all[hidden])} and ${percent(half[hidden])}`,
    );
  }
  const mean = losses.reduce((sum, loss) => sum + loss, 0) / losses.length;
  note(
    `between seeds the loss differs by ${(Math.max(...losses) - Math.min(...losses)).toFixed(2)}`,
  );
  return { value: mean, unit: 'points lost', better: 'lower' };
}

/** Every second label of the attribute left out; no class of the drawn persons holds a comma. */
function withoutHalf(text: string): string {
  const [header = '', ...rows] = text.trimEnd().split('\n');
  const column = header.split(',').indexOf(hidden);
  const kept = rows.map((row, index) => {
    const cells = row.split(',');
    if (index % 2 === 1) cells[column] = '';
    return cells.join(',');
  });
  return `${[header, ...kept].join('\n')}\n`;
}

interface TrainingSettings {
  readonly quick: boolean;
  readonly seed: number;
  readonly cacheFolder: string;
  /** Both tables are divided in the same way: written with the first, read with the second. */
  readonly splitFile: string;
}

/** Balanced accuracy of every attribute on the validation part. */
async function trained(
  table: string,
  { quick, seed, cacheFolder, splitFile }: TrainingSettings,
): Promise<Record<string, number>> {
  const experiment = resolveExperiment({
    table,
    imageSize: 64,
    epochs: quick ? 1 : 12,
    batchSize: 32,
    seed,
    threads: getNumThreads(),
  });
  const stored = existsSync(splitFile) && { splitFile };
  const opened = await openRunData(experiment, { cacheFolder, ...stored });
  const { train, validation, facts } = opened;
  if (!stored) opened.writeSplit?.(splitFile);
  const data = trainingBatches(train, facts, experiment);
  const heads = countedHeads(train);
  const parts = assemble(experiment, { heads, stepsPerEpoch: data.stepsPerEpoch });
  await fit({ ...parts, data, epochs: experiment.epochs, seed });
  const held = evaluationBatches(validation.dataset, facts, experiment);
  const scores = await evaluate(parts.model, held, evaluationFacts(headOptions(experiment, heads)));
  const entries = Object.entries(scores?.attributes ?? {});
  return Object.fromEntries(entries.map(([name, own]) => [name, own.balancedAccuracy ?? NaN]));
}

function meanOf(scores: Readonly<Record<string, number>>, names: readonly string[]): number {
  return names.reduce((sum, name) => sum + (scores[name] ?? NaN), 0) / names.length;
}

function percent(share: number | undefined): string {
  return `${(100 * (share ?? NaN)).toFixed(1)} %`;
}
