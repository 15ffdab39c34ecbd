import {
  copyFileSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { writeTar, writeTree } from '../../../test/dataTree.ts';
import { drawPictures } from '../../../test/drawnPictures.ts';
import { changeOf, type DataFiles } from './dataFiles.ts';
import { type ExperimentInput, resolveExperiment } from '../experiment/experiment.ts';
import { openRunData } from './runData.ts';

let folder: string;
const inside = (name: string): string => join(folder, name);
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'ocelli-files-'));
  await drawPictures(inside('pictures'), { train: 2, test: 1 });
});
afterEach(() => rmSync(folder, { recursive: true }));

async function filesOf(input: ExperimentInput): Promise<DataFiles> {
  const data = await openRunData(resolveExperiment(input), { cacheFolder: inside('cache') });
  return data.files();
}

test('of a folder, a picture that was changed, removed or added is named; a touched one is the same', async () => {
  const data = inside('pictures');
  const red = join(data, 'train/red/0.png');
  const before = await filesOf({ data });
  expect(before.path).toContain('train/red/0.png');
  utimesSync(red, 1e9, 1e9);
  expect(changeOf(before, await filesOf({ data }))).toBeUndefined();
  copyFileSync(join(data, 'train/red/1.png'), red);
  expect(changeOf(before, await filesOf({ data }))).toBe('train/red/0.png was changed');
  copyFileSync(join(data, 'train/red/1.png'), join(data, 'train/red/2.png'));
  copyFileSync(join(data, 'train/blue/0.png'), join(data, 'train/blue/2.png'));
  const more = await filesOf({ data });
  rmSync(join(data, 'train/blue/2.png'));
  expect(changeOf(await filesOf({ data }), more)).toBe('train/blue/2.png is new');
  expect(changeOf(more, await filesOf({ data }))).toBe('train/blue/2.png is gone');
});

test('of an archive, the picture inside is named', async () => {
  const names = ['train/red/0.png', 'train/blue/0.png', 'test/red/0.png', 'test/blue/0.png'];
  const content = Object.fromEntries(
    names.map((name) => [name, readFileSync(join(inside('pictures'), name))]),
  );
  const data = await writeTar(inside('set.tar'), content);
  const before = await filesOf({ data });
  const other = {
    ...content,
    'train/blue/0.png': readFileSync(inside('pictures/train/red/1.png')),
  };
  await writeTar(data, other);
  utimesSync(data, 1e9, 1e9);
  expect(changeOf(before, await filesOf({ data }))).toBe('train/blue/0.png was changed');
});

test('of a table, the table itself counts as well as its pictures', async () => {
  const table = inside('labels.csv');
  const rows = ['blue', 'green', 'red'].flatMap((hue) =>
    [0, 1].map((index) => `pictures/train/${hue}/${index}.png,${hue}`),
  );
  const write = (lines: readonly string[]): void =>
    writeFileSync(table, `image,hue\n${lines.join('\n')}\n`);
  write(rows);
  const input = { table, imageSize: 16, validationShare: 0.4 } as const;
  const before = await filesOf(input);
  expect(changeOf(before, await filesOf(input))).toBeUndefined();
  write([...rows.slice(0, -1), 'pictures/train/red/1.png,green']);
  expect(changeOf(before, await filesOf(input))).toBe(`${table} was changed`);
});

test('labels in a file of their own, such as those of MNIST, count', async () => {
  const idx = (shape: number[], values: number[]): Buffer =>
    Buffer.from([0, 0, 8, shape.length, ...shape.flatMap((n) => [0, 0, 0, n]), ...values]);
  const write = (labels: number[]): string =>
    writeTree(inside('mnist'), {
      'train-images-idx3-ubyte': idx([2, 2, 2], [0, 1, 2, 3, 4, 5, 6, 7]),
      'train-labels-idx1-ubyte': idx([2], labels),
      't10k-images-idx3-ubyte': idx([1, 2, 2], [5, 6, 7, 8]),
      't10k-labels-idx1-ubyte': idx([1], [2]),
    });
  const before = await filesOf({ data: write([7, 0]) });
  utimesSync(join(write([7, 1]), 'train-labels-idx1-ubyte'), 1e9, 1e9);
  const now = await filesOf({ data: inside('mnist') });
  expect(changeOf(before, now)).toBe('the list of labels of the train part was changed');
});
