// How long it takes to draw a set of persons.
import { join } from 'node:path';
import { drawPersons as draw } from 'ocelli';
import type { Benchmark, BenchmarkOptions, Figure } from './benchmark.ts';
import { inTemporaryFolder } from './temporaryFolder.ts';

export const drawPersons: Benchmark = {
  name: 'draw-persons',
  measures: 'drawing 2,000 persons of 112 px as JPEG files with their table; the goal is 20 s',
  run: (options) => inTemporaryFolder((folder) => measure(folder, options)),
};

async function measure(folder: string, { quick }: BenchmarkOptions): Promise<Figure> {
  const start = performance.now();
  const { count } = await draw(join(folder, 'persons'), { count: quick ? 200 : 2000, size: 112 });
  const seconds = (performance.now() - start) / 1000;
  return { value: seconds, unit: `s for ${count} persons`, better: 'lower' };
}
