// How long it takes to read a large table of pictures and to divide it by all of its attributes.
import { closeSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { personCounts, personSchema, readTable, splitTable } from 'ocelli';
import type { Benchmark, BenchmarkOptions, Figure } from './benchmark.ts';
import { inTemporaryFolder } from './temporaryFolder.ts';

export const table: Benchmark = {
  name: 'table',
  measures: 'reading 1,000,000 rows of eight attributes, and dividing them by all of these',
  run: (options) => inTemporaryFolder((folder) => measure(folder, options)),
};

async function measure(folder: string, { quick, note }: BenchmarkOptions): Promise<Figure> {
  const file = join(folder, 'labels.csv');
  const rows = quick ? 100_000 : 1_000_000;
  writeTable(file, rows);
  const start = performance.now();
  const reading = await readTable(file);
  const read = performance.now();
  splitTable(reading.table);
  const end = performance.now();
  const [seconds, peak] = [(read - start) / 1000, process.resourceUsage().maxRSS / 1e6];
  note(`${seconds.toFixed(1)} s to read, the rest to divide; at most ${peak.toFixed(2)} GB in use`);
  return { value: (end - start) / 1000, unit: `s for ${rows} rows`, better: 'lower' };
}

/** Labels in about the shares of the founding table, in an order that only looks random. */
function writeTable(file: string, rows: number): void {
  const names = Object.keys(personSchema) as (keyof typeof personSchema)[];
  const descriptor = openSync(file, 'w');
  writeSync(descriptor, `${['image_path', ...names].join(',')}\n`);
  for (let start = 0; start < rows; start += 10_000) {
    const lines = Array.from({ length: 10_000 }, (_, i) => {
      const labels = names.map((name, a) => labelAt(name, (start + i) * (2 * a + 3)));
      return `persons/set-${start}/${i}.jpg,${labels.join(',')}\n`;
    });
    writeSync(descriptor, lines.join(''));
  }
  closeSync(descriptor);
}

function labelAt(name: keyof typeof personSchema, turn: number): string {
  const counts = personCounts[name];
  const total = counts.reduce((sum, count) => sum + count, 0);
  let left = (turn * 7919) % total;
  const code = counts.findIndex((count) => (left -= count) < 0);
  return personSchema[name][code] ?? '';
}
