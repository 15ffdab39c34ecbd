import { execFile } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { drawPersons } from '../src/data/persons/drawPersons.ts';
import { drawPictures } from './drawnPictures.ts';

const recipes = fileURLToPath(new URL('../../../recipes/', import.meta.url));
const names = readdirSync(recipes).filter((name) => name.endsWith('.ts'));

// By its place: the recipes run in a folder of their own, where they leave their runs.
const tsx = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href;

/** Of three classes: an epoch of three steps. */
const batchSize = 16;

let folder: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'ocelli-recipes-'));
  await drawPictures(join(folder, 'pictures'), { train: batchSize, test: 3, side: 32 });
  drawFaces(join(folder, 'pictures'));
  // Of 14 rows, in which every class is there, 2 are held back: three steps of four, unless rows are repeated.
  await drawPersons(join(folder, 'persons'), { count: 14, size: 48, wrong: 0, missing: 0 });
}, 60_000);
afterAll(() => rmSync(folder, { recursive: true }));

/** A table of gender and age over the drawn pictures, some labels missing. */
function drawFaces(pictures: string): void {
  const paths = readdirSync(pictures, { recursive: true, encoding: 'utf8' });
  const rows = paths
    .filter((path) => path.endsWith('.png'))
    .map((path, row) => {
      const gender = row % 7 === 3 ? '' : row % 2 === 0 ? 'female' : 'male';
      return `${path},${gender},${row % 3 === 0 ? '0-14' : '55+'}`;
    });
  writeFileSync(join(pictures, 'labels.csv'), `image_path,gender,age\n${rows.join('\n')}\n`);
}

describe.each(names)('recipe %s', (name) => {
  test('has at most 200 lines and imports the two packages alone', () => {
    const text = readFileSync(join(recipes, name), 'utf8');
    expect(text.split('\n').length).toBeLessThanOrEqual(201);
    const sources = [...text.matchAll(/from '([^']+)'/g)].map(([, source]) => source);
    expect(['@ocelli/torch', 'ocelli']).toEqual(expect.arrayContaining(sources));
  });

  test('says at its top what was published, what was measured here, and how to run it', () => {
    const text = readFileSync(join(recipes, name), 'utf8');
    const header = text.slice(0, text.indexOf('\nimport'));
    for (const word of ['Published:', 'Here:', 'Source:', 'Run:']) expect(header).toContain(word);
  });

  test('trains for three steps and measures the test part', async () => {
    const printed = await printedBy(name);
    expect(printed).toMatch(/^epoch: 1\b.*train loss: \d+\.\d{4}/m);
    expect(printed).toMatch(
      /^(Test set: .*Accuracy: \d\/9|test accuracy: [01]\.\d{4}|.*alidation set: .*accuracy)/m,
    );
  }, 300_000);
});

/** For an epoch of three steps on the drawn pictures, or on the drawn persons. */
function wordsFor(name: string): string[] {
  const isOfPersons = name.startsWith('persons-');
  const data = ['--data', join(folder, isOfPersons ? 'persons' : 'pictures')];
  const size = isOfPersons ? 4 : batchSize;
  const words = [...data, '--epochs', '1', '--batch-size', String(size)];
  return isOfPersons ? [...words, '--size', '48', ...(own[name] ?? [])] : words;
}

const own: Readonly<Record<string, readonly string[]>> = {
  'persons-densenet121.ts': ['--size', '64'], // which has stages of half of it, the least it can take
  'persons-dense-towers.ts': ['--model', 'densenet121-towers'], // instead of 75 million numbers
};

/** Runs a recipe in this process, which has libtorch and the sources already. @returns what it prints. */
async function printedBy(name: string): Promise<string> {
  const [home, given] = [process.cwd(), process.argv];
  const printed: string[] = [];
  const log = vi.spyOn(console, 'log').mockImplementation((line) => void printed.push(`${line}\n`));
  const write = vi
    .spyOn(process.stdout, 'write')
    .mockImplementation((piece) => printed.push(String(piece)) > 0);
  vi.stubEnv('OCELLI_CACHE', join(folder, 'cache'));
  process.argv = [process.execPath, name, ...wordsFor(name)];
  process.chdir(folder);
  try {
    await import(pathToFileURL(join(recipes, name)).href);
  } finally {
    process.chdir(home);
    process.argv = given;
    vi.unstubAllEnvs();
    log.mockRestore();
    write.mockRestore();
  }
  return printed.join('');
}

/** What a recipe prints as a process. */
async function printedByProcess(name: string, ...more: readonly string[]): Promise<string> {
  const flags = ['--conditions=source', '--import', tsx, join(recipes, name)];
  const env = { ...process.env, OCELLI_CACHE: join(folder, 'cache') };
  const words = [...flags, ...wordsFor(name), ...more];
  return (await promisify(execFile)(process.execPath, words, { env, cwd: folder })).stdout;
}

const sizes = (printed: string): string[] =>
  [...printed.matchAll(/pixels: (\d+)/g)].map(([, size = '']) => size);

test('a recipe is a program of its own; the pictures of cifar10-muon grow', async () => {
  const printed = await printedByProcess('cifar10-muon.ts');
  expect(printed).toMatch(/^test accuracy: [01]\.\d{4}/m);
  expect(sizes(printed)).toEqual(['16', '24', '32']);
}, 300_000);

test('the shares of small pictures in cifar10-muon can be told, and are at most all', async () => {
  const muon = (half: string, threeQuarters: string): Promise<string> =>
    printedByProcess('cifar10-muon.ts', '--half', half, '--three-quarters', threeQuarters);
  expect(sizes(await muon('1', '0'))).toEqual(['16']);
  expect(sizes(await muon('0', '1'))).toEqual(['24']);
  await expect(muon('0.7', '0.7')).rejects.toThrow(
    'at least 0 and with --three-quarters at most 1',
  );
}, 300_000);
