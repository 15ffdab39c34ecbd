// What the other attributes of drawn persons suffer when half of the labels of one are missing.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { drawPersons } from 'ocelli';
import type { Benchmark, BenchmarkOptions, Figure } from './benchmark.ts';
import { meanOver, percent, trainedHeads } from './tableTraining.ts';
import { inTemporaryFolder } from './temporaryFolder.ts';

const hidden = 'age';

/** Two thirds are held back: a point of balanced accuracy is to be seen. */
const common = {
  model: 'airbench94-silu',
  imageSize: 48,
  lr: 0.04,
  validationShare: 2 / 3,
} as const;

export const missingLabels: Benchmark = {
  name: 'missing-labels',
  measures: `what seven attributes lose in balanced accuracy when half of the labels of ${hidden} are hidden`,
  run: (options) => inTemporaryFolder((folder) => measure(folder, options)),
};

async function measure(folder: string, { quick, note }: BenchmarkOptions): Promise<Figure> {
  const persons = join(folder, 'persons');
  const count = quick ? 100 : 3000;
  const { table } = await drawPersons(persons, { count, size: 48, wrong: 0, missing: 0 });
  const halved = join(persons, 'halved.csv');
  writeFileSync(halved, withoutHalf(readFileSync(table, 'utf8')));
  const losses: number[] = [];
  for (const seed of quick ? [0] : [0, 1, 2, 3, 4]) {
    const settings = { ...common, epochs: quick ? 1 : 10, seed };
    const splitFile = join(folder, `split-${seed}.json`);
    const places = { splitFile, cacheFolder: join(folder, 'cache') };
    const all = await trainedHeads({ ...settings, table }, places);
    const half = await trainedHeads({ ...settings, table: halved }, places);
    const others = Object.keys(all).filter((name) => name !== hidden);
    losses.push(100 * (meanOver(all, others) - meanOver(half, others)));
    note(
      `seed ${seed}: others ${percent(meanOver(all, others))}, with half of ${hidden} hidden ` +
        `${percent(meanOver(half, others))}; ${hidden} ${percent(all[hidden])} and ${percent(half[hidden])}`,
    );
  }
  note(`by seed the others lose ${losses.map((loss) => loss.toFixed(2)).join(', ')} points`);
  const mean = losses.reduce((sum, loss) => sum + loss, 0) / losses.length;
  const squares = losses.reduce((sum, loss) => sum + (loss - mean) ** 2, 0);
  const standardError = Math.sqrt(squares / (losses.length - 1) / losses.length);
  if (losses.length > 1) note(`standard error of their mean: ${standardError.toFixed(2)} points`);
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
