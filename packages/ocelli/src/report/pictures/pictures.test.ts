import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { tensor } from '@ocelli/torch';
import sharp from 'sharp';
import { expect, test } from 'vitest';
import { noisePictures } from '../../../test/tinyTraining.ts';
import { ImageDataset } from '../../data/imageDataset.ts';
import { writeJsonDurably } from '../../train/runFolder/durableFile.ts';
import { resolveExperiment } from '../../train/experiment/experiment.ts';
import { runFolderAt } from '../../train/runFolder/runFolder.ts';
import { captionsOf, drawFirstBatches } from './firstBatches.ts';
import { panels, unbroken } from './panels.ts';
import { pictureGrid } from './pictureGrid.ts';
import { pngOf } from './raster.ts';
import { shapesLine } from '../shapesLine.ts';
import { drawValidation } from './validationPictures.ts';

test('every picture of a grid stands over its caption, which is text', () => {
  const picture = { uri: 'data:,', caption: ['cat', '<b>old</b>'] };
  const { content } = pictureGrid([picture, picture, picture], { title: 'Pets', columns: 2 });
  expect(content.match(/<image x="\d+" y="\d+"/g)).toEqual([
    '<image x="10" y="34"',
    '<image x="104" y="34"',
    '<image x="10" y="158"', // 84 of the picture, 2 lines of 13, 14 between
  ]);
  expect(content).toContain('>cat</text>');
  expect(content).not.toContain('<b>');
});

test('a place of a grid without a picture stays empty', () => {
  const picture = { uri: 'data:,', caption: ['cat'] };
  const grid = [picture, undefined, picture];
  const { content, height } = pictureGrid(grid, { title: 'Pets', columns: 2 });
  expect(content.match(/<image x="\d+" y="\d+"/g)).toEqual([
    '<image x="10" y="34"',
    '<image x="10" y="145"', // 84 of the picture, a line of 13, 14 between
  ]);
  expect(height).toBe(34 + 2 * 111 + 10);
});

test('drawings that belong together stand in one row where a row can hold them', () => {
  const one = (content: string) => ({ width: 10, height: 10, content });
  const places = (sizes: readonly number[]) =>
    unbroken(
      sizes.map((size, group) => Array.from({ length: size }, () => one(String(group)))),
      4,
    ).map((drawing) => drawing?.content ?? '-');
  expect(places([3, 2, 2, 2])).toEqual([...'000-1122', ...'33']);
  expect(places([4, 3, 5, 1])).toEqual([...'0000111-', ...'222223']);
  const { content, height } = panels(unbroken([[one('a')], [one('b'), one('c')]], 2), 2);
  expect(content.match(/<svg x="\d+" y="\d+"/g)).toEqual([
    '<svg x="14" y="14"',
    '<svg x="14" y="38"',
    '<svg x="38" y="38"',
  ]);
  expect(height).toBe(14 + 2 * 24);
});

test('a long caption is cut to the width of its picture', () => {
  const { content } = pictureGrid([{ uri: 'data:,', caption: ['abcdefghijklmnop'] }], {
    title: '',
    side: 60,
  });
  expect(content).toContain('>abcdefghi…</text>');
});

test('first batches are drawn in the colours the pictures had before they were normalized', async () => {
  const path = mkdtempSync(join(tmpdir(), 'ocelli-batches-'));
  const folder = runFolderAt(path);
  const classes = ['orange', 'blue'];
  writeJsonDurably(folder.labels, { classes });
  const colours = [Array(64).fill([230, 120, 30]), Array(64).fill([20, 40, 200])];
  const pixels = tensor(colours.flat(3), { dtype: 'uint8' }).reshape([2, 8, 8, 3]);
  const train = new ImageDataset({ pixels, labels: [0, 1], classes, nameOf: String });
  const constants = { mean: [125.3, 123, 113.9], std: [63, 62.1, 66.7] };
  const facts = {
    labelNames: { classes },
    height: 8,
    width: 8,
    ...constants,
    trainCount: 2,
    validationCount: 0,
  };
  const experiment = resolveExperiment({ batchSize: 1, pad: 0, flip: false });
  await drawFirstBatches(folder, experiment, { train, facts });
  const seen = await Promise.all(
    [1, 2].map(async (number) => {
      // The middle of the first picture: 10 + 42 and 34 + 42, at twice the density.
      const middle = { left: 104, top: 152, width: 1, height: 1 };
      const file = join(folder.pictures, `batch-${number}.png`);
      return [...(await sharp(file).extract(middle).removeAlpha().raw().toBuffer())];
    }),
  );
  expect(seen.sort()).toEqual([
    [20, 40, 200],
    [230, 120, 30],
  ]);
  rmSync(path, { recursive: true });
});

test('a picture mixed from two has both labels of every head, each with its share', () => {
  const heads = [
    { name: 'kind', classes: ['cat', 'dog'] },
    { name: 'age', classes: ['old', 'young'] },
  ];
  const int64 = { dtype: 'int64' } as const;
  const labels = tensor([[0, 1], [1, 0]], int64); // prettier-ignore
  const mix = { labels: tensor([[1, -1], [0, 1]], int64), share: tensor([0.7, 1]) }; // prettier-ignore
  const caption = captionsOf({ labels, mix }, heads);
  expect(caption(0)).toEqual(['70 % cat', '30 % dog', '70 % young', '30 % –']);
  expect(caption(1)).toEqual(['dog', 'old']);
});

test('a drawing has two pixels for each of its own, on white paper', async () => {
  const { data, info } = await sharp(await pngOf({ width: 5, height: 3, content: '' }))
    .raw()
    .toBuffer({ resolveWithObject: true });
  expect([info.width, info.height]).toEqual([10, 6]);
  expect(new Set(data)).toEqual(new Set([255]));
});

test('the first validation pictures are the same file for the same split, and another for another', async () => {
  const path = mkdtempSync(join(tmpdir(), 'ocelli-validation-'));
  const folder = runFolderAt(path);
  const classes = ['bright', 'dark', 'mixed'];
  writeJsonDurably(folder.labels, { classes });
  const all = noisePictures(30);
  const facts = {
    labelNames: { classes },
    height: 8,
    width: 8,
    mean: [128, 128, 128],
    std: [64, 64, 64],
    trainCount: 10,
    validationCount: 20,
  };
  const drawn = async (batchSize: number, first: number): Promise<Buffer> => {
    const dataset = all.subset(Int32Array.from({ length: 20 }, (_, index) => first + index));
    await drawValidation(
      folder,
      { batchSize },
      { validation: { split: 'validation', dataset }, facts },
    );
    return readFileSync(join(folder.pictures, 'validation.png'));
  };
  const once = await drawn(5, 0);
  expect((await drawn(5, 0)).equals(once)).toBe(true);
  expect((await drawn(5, 1)).equals(once)).toBe(false); // another split
  expect((await drawn(6, 0)).equals(once)).toBe(false); // the title says the shape of a batch
  rmSync(path, { recursive: true });
});

test('the shapes of a batch are those of its tensors', () => {
  const one = { height: 8, width: 12, labelNames: { classes: ['a', 'b'] } };
  expect(shapesLine(5, one)).toBe('a batch is (5, 3, 8, 12), its labels (5)');
  const attributes = { age: ['old', 'young'], pose: ['back', 'front'] };
  expect(shapesLine(5, { ...one, labelNames: { attributes } })).toBe(
    'a batch is (5, 3, 8, 12), its labels (5, 2)',
  );
});
