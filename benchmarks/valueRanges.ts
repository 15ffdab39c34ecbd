// What it is worth to scale pixels to 0 to 1, to 0 to 127, or to mean 0 and deviation 1.
import { join } from 'node:path';
import { drawPersons, type ExperimentInput } from 'ocelli';
import type { Benchmark, BenchmarkOptions, Figure } from './benchmark.ts';
import { meanOver, percent, trainedHeads } from './tableTraining.ts';
import { inTemporaryFolder } from './temporaryFolder.ts';

export const valueRanges: Benchmark = {
  name: 'value-ranges',
  measures:
    'by how much pixels of 0 to 1 are better than pixels of 0 to 127, in balanced accuracy of drawn persons',
  run: (options) => inTemporaryFolder((folder) => measure(folder, options)),
};

const ways: Readonly<Record<string, Pick<ExperimentInput, 'pixelRange'>>> = {
  '0 to 1': { pixelRange: [0, 1] },
  '0 to 127': { pixelRange: [0, 127] },
  'mean 0, deviation 1': {},
};

async function measure(folder: string, { quick, note }: BenchmarkOptions): Promise<Figure> {
  const { table } = await drawPersons(join(folder, 'persons'), {
    ...{ count: quick ? 100 : 1000, size: 48, wrong: 0, missing: 0 },
  });
  const sums: Record<string, number> = {};
  const seeds = quick ? [0] : [0, 1, 2];
  for (const seed of seeds) {
    const splitFile = join(folder, `split-${seed}.json`);
    const places = { splitFile, cacheFolder: join(folder, 'cache') };
    for (const [way, scaled] of Object.entries(ways)) {
      const settings = { table, imageSize: 48, epochs: quick ? 1 : 8, seed };
      const mean = meanOver(await trainedHeads({ ...settings, ...scaled }, places));
      sums[way] = (sums[way] ?? 0) + mean / seeds.length;
      note(`seed ${seed}, ${way}: ${percent(mean)}`);
    }
  }
  for (const [way, mean] of Object.entries(sums)) note(`${way}: ${percent(mean)}`);
  const value = 100 * ((sums['0 to 1'] ?? NaN) - (sums['0 to 127'] ?? NaN));
  return { value, unit: 'points', better: 'higher' };
}
