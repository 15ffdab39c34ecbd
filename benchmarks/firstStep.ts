// How long a user waits from the command until training is under way, its pictures in the cache.
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { openPictures, readEventLog, type StoredEvent } from 'ocelli';
import { type Benchmark, type BenchmarkOptions, type Figure, median } from './benchmark.ts';
import { writePictures } from './pictureFolder.ts';
import { inTemporaryFolder } from './temporaryFolder.ts';

export const firstStep: Benchmark = {
  name: 'first-step',
  measures:
    'from the command `ocelli train` to the beginning of its first step, pictures in the cache',
  run: (options) => inTemporaryFolder((folder) => measure(folder, options)),
};

async function measure(folder: string, options: BenchmarkOptions): Promise<Figure> {
  const { batchSize = 512, data, quick, note } = options;
  const pictures = data ?? join(folder, 'pictures');
  if (data === undefined) {
    await writePictures(pictures, quick ? 6_000 : 60_000);
    note('trains on drawn 32x32 PNG files; pass --data for real ones');
  }
  await openPictures({ path: pictures, cacheFolder: join(folder, 'cache') });
  const waits: Wait[] = [];
  for (let round = 0; round < (quick ? 1 : 3); round++) {
    const words = ['--data', pictures, '--batch-size', String(batchSize)];
    waits.push(await waitForStep(folder, `round${round}`, words));
  }
  const ended = median(waits.map((wait) => wait.ended));
  note(`the first step, of ${batchSize} pictures, ended after ${ended.toFixed(2)} s`);
  return { value: median(waits.map((wait) => wait.begun)), unit: 's', better: 'lower' };
}

/** Seconds from the command to the begin and to the end of the first step. */
interface Wait {
  readonly begun: number;
  readonly ended: number;
}

/** Trains until the record shows a step, then stops. */
async function waitForStep(folder: string, name: string, words: string[]): Promise<Wait> {
  const ocelli = join(
    dirname(createRequire(import.meta.url).resolve('ocelli')),
    '../bin/ocelli.js',
  );
  const command = [
    ocelli,
    'train',
    ...words,
    '--runs-dir',
    join(folder, 'runs'),
    '--run-name',
    name,
  ];
  const start = Date.now();
  const child = spawn(process.execPath, [...command, '--progress', 'silent'], {
    env: { ...process.env, OCELLI_CACHE: join(folder, 'cache') },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  try {
    const events = await untilStep(join(folder, 'runs', name, '1', 'events.jsonl'), child);
    const after = (type: StoredEvent['type']): number => {
      const event = events.find((candidate) => candidate.type === type);
      return (Date.parse(event?.time ?? '') - start) / 1000;
    };
    return { begun: after('epochStarted'), ended: after('stepEnded') };
  } finally {
    const ended = once(child, 'exit');
    if (child.exitCode === null && child.kill('SIGKILL')) await ended;
  }
}

async function untilStep(record: string, child: ChildProcess): Promise<StoredEvent[]> {
  for (;;) {
    const events = existsSync(record) ? readEventLog(record) : [];
    if (events.some((event) => event.type === 'stepEnded')) return events;
    if (child.exitCode !== null) throw new Error(`ocelli train ended with ${child.exitCode}`);
    await setTimeout(50);
  }
}
