import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';

import { drawPictures } from '../packages/ocelli/test/drawnPictures.ts';

// `npm run demo` after its set-up: real processes on pictures so small that an epoch takes a moment.

const demo = join(import.meta.dirname, '../scripts/demo.ts');
const tsx = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href;
const patience = 60_000;

let folder: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'ocelli-demo-'));
  await drawPictures(join(folder, 'pictures'), { train: 4, test: 2 });
});
afterAll(() => rmSync(folder, { recursive: true }));

interface Outcome {
  readonly exitCode: number | null;
  readonly out: string;
  readonly err: string;
}

/** Starts the demo as the leader of a process group, as a shell does. */
function start(words: string[], more: NodeJS.ProcessEnv = {}) {
  const env = {
    ...process.env,
    OCELLI_CACHE: join(folder, 'cache'),
    OMP_NUM_THREADS: '1',
    ...more,
  };
  const options = { cwd: folder, env, detached: true };
  const child: ChildProcess = spawn(process.execPath, ['--import', tsx, demo, ...words], options);
  const text = { out: '', err: '' };
  child.stdout?.on('data', (piece) => (text.out += piece));
  child.stderr?.on('data', (piece) => (text.err += piece));
  const outcome = new Promise<Outcome>((resolve) =>
    child.once('close', (exitCode) => resolve({ exitCode, ...text })),
  );
  return { child, outcome };
}

const small = ['--data', 'pictures', '--batch-size', '4', '--threads', '1'];

it.concurrent(
  'trains one epoch, says how good the model is and leaves a run folder',
  async () => {
    const { exitCode, out, err } = await start(small).outcome;
    expect(exitCode, err).toBe(0);
    expect(out).toMatch(/^Test set: Average loss: \d+\.\d{4}, Accuracy: \d\/6 \(\d+\.\d\d%\)$/m);
    const results = readFileSync(join(folder, 'runs/demo/1/results.csv'), 'utf8');
    expect(results.trim().split('\n')).toHaveLength(2); // a heading and one epoch
    expect(readdirSync(join(folder, 'runs/demo/1/weights'))).toContain('best.safetensors');
  },
  patience,
);

it.concurrent(
  'without data and without a network draws persons, measures each of eight heads and answers one',
  async () => {
    const words = ['--count', '60', '--image-size', '32', '--epochs', '1', '--threads', '1'];
    const { exitCode, out, err } = await start([...words, '--run-name', 'persons']).outcome;
    expect(exitCode, err).toBe(0);
    expect(out).toMatch(/^attribute +labelled +loss +accuracy +balanced +baseline/m);
    for (const head of ['gender', 'age', 'emotion', 'bodypose']) {
      expect(out).toMatch(new RegExp(`^${head} +\\d of 9 `, 'm'));
    }
    expect(out).toMatch(/^picture +gender +imagequality/m);
    expect(out).toMatch(/stranger\/images\/00000\.jpg +(fe)?male \d+ %/);
  },
  patience,
);

it.concurrent(
  'without data and without a network says in one sentence what to pass, and ends with 4',
  async () => {
    // Every process of the demo gets a network that cannot be reached.
    const offline =
      "globalThis.fetch = async () => { throw new TypeError('fetch failed', " +
      "{ cause: Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' }) }); };";
    const preload = `--import=data:text/javascript,${encodeURIComponent(offline)}`;
    const { exitCode, err } = await start(['--cifar10'], { NODE_OPTIONS: preload }).outcome;
    expect(exitCode).toBe(4);
    const [line = '', ...others] = err.split('\n').filter((one) => one.startsWith('error:'));
    expect(others).toEqual([]);
    expect(line).toContain('CIFAR-10: expected to fetch https://www.cs.toronto.edu/~kriz/');
    expect(line).toContain('Pass the pictures with --data PATH');
    expect(err).not.toMatch(/^ {4}at /m);
  },
  patience,
);

it.concurrent(
  'Ctrl-C saves, says how to go on and ends with 130',
  async () => {
    const { child, outcome } = start([...small, '--run-name', 'stopped', '--epochs', '500']);
    await firstStep(join(folder, 'runs/stopped/1/events.jsonl'), child);
    process.kill(-(child.pid ?? NaN), 'SIGINT'); // a terminal signals the whole group
    const { exitCode, err } = await outcome;
    expect(exitCode, err).toBe(130);
    expect(err).toContain('ocelli train --resume runs/stopped/1\n');
  },
  patience,
);

async function firstStep(events: string, child: ChildProcess): Promise<void> {
  while (child.exitCode === null) {
    const text = existsSync(events) ? readFileSync(events, 'utf8') : '';
    if (text.includes('"stepEnded"')) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
