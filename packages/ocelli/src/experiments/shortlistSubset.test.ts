import { copyFileSync, existsSync, readdirSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { plainPng, temporaryFolder, writeTree } from '../../test/dataTree.ts';
import { drawPictures } from '../../test/drawnPictures.ts';
import type { ExperimentInput } from '../train/experiment/experiment.ts';
import { shortlistSubset } from './shortlistSubset.ts';
import { subsetTable } from './subsetFolder.ts';

const root = temporaryFolder();
const folder = join(root, 'subsets');
process.env['OCELLI_CACHE'] = join(root, 'cache');
const data = join(root, 'pictures');
const table = join(root, 'table', 'labels.csv');
const choice = { count: 12, seed: 1 };

beforeAll(async () => {
  await drawPictures(data, { train: 8, test: 2 });
  const names = Array.from({ length: 20 }, (_, row) => `${row}.png`);
  const lines = names.map(
    (name, row) => `${name},${row < 10 ? 'red' : 'blue'},${row % 2 === 0 ? 'even' : 'odd'}`,
  );
  const files: Record<string, Buffer | string> = {
    'labels.csv': `image,hue,parity\n${lines.join('\n')}\n`,
  };
  const size = { width: 9, height: 9 };
  for (const [row, name] of names.entries()) {
    files[name] = await plainPng({ r: row, g: 90 - row, b: 5 * row });
    files[`others/${name}`] = await plainPng({ r: 9 * row, g: row, b: 200 - row }, size);
  }
  writeTree(join(root, 'table'), files);
});

async function placeOf(settings: ExperimentInput, given = choice): Promise<string> {
  const subset = await shortlistSubset(folder, settings, given);
  const place = 'data' in subset ? subset.data : subset.table;
  expect(existsSync(place)).toBe(true);
  return place;
}

test('the same choice is written once and used again', async () => {
  const first = await placeOf({ data });
  const written = statSync(first).mtimeMs;
  expect(await placeOf({ data, lr: 0.1, epochs: 3 })).toBe(first); // what is no choice of pictures
  expect(statSync(first).mtimeMs).toBe(written);
});

test.each<[string, ExperimentInput, Partial<typeof choice>]>([
  ['count', {}, { count: 15 }],
  ['seed', {}, { seed: 2 }],
  ['size', { imageSize: 8 }, {}],
  ['share held back', { validationShare: 0.3 }, {}],
])('another %s has pictures of its own', async (_, settings, changes) => {
  const usual = await placeOf({ data });
  expect(await placeOf({ data, ...settings }, { ...choice, ...changes })).not.toBe(usual);
});

test('a picture that was changed is not taken from an earlier choice', async () => {
  const before = await placeOf({ data });
  copyFileSync(join(data, 'train/blue/0.png'), join(data, 'train/red/0.png'));
  expect(await placeOf({ data })).not.toBe(before);
});

test.each<[string, ExperimentInput]>([
  ['folder of pictures', { images: join(root, 'table', 'others') }],
  ['column', { labelColumns: ['hue'] }],
  ['correction', { corrections: ['hue = red => parity := odd'] }],
  ['part held back', { testShare: 0.2 }],
])('another %s of a table has a subset of its own', async (_, settings) => {
  const [usual, own] = [await placeOf({ table }), await placeOf({ table, ...settings })];
  expect(own).not.toBe(usual);
});

test('rows that a candidate repeats are written once: it repeats them itself', async () => {
  const settings = { table, oversampling: ['hue = red x9'] };
  expect(await placeOf(settings)).toBe(await placeOf({ table }));
  const place = await placeOf({ table });
  expect(basename(place)).toBe(subsetTable);
  expect(readdirSync(join(place, '..'))).toHaveLength(choice.count + 1);
});
