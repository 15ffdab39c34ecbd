import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Tensor } from '@ocelli/torch';
import sharp from 'sharp';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { plainPng, writeTree } from '../../../test/dataTree.ts';
import { digitFiles, evenCounts, mnistCounts } from '../../../test/digitFiles.ts';
import { drawPictures } from '../../../test/drawnPictures.ts';
import { type ExperimentInput, resolveExperiment } from '../experiment/experiment.ts';
import { trainingBatches } from '../batches/pictureBatches.ts';
import { openRunData, type RunData } from './runData.ts';

let folder: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'ocelli-rundata-'));
  await drawPictures(join(folder, 'both'), { train: 10, test: 2 });
});
afterAll(() => rmSync(folder, { recursive: true }));

function open(name: string, input: ExperimentInput = {}): Promise<RunData> {
  const experiment = resolveExperiment({ data: join(folder, name), ...input });
  return openRunData(experiment, { cacheFolder: join(folder, 'cache') });
}

test('without a validation part the test part is validated on, and called so', async () => {
  const { train, validation, facts } = await open('both');
  expect([train.length, validation.dataset.length, validation.split]).toEqual([30, 6, 'test']);
  expect(facts).toMatchObject({
    labelNames: { classes: ['blue', 'green', 'red'] },
    height: 16,
    width: 16,
  });
});

test('validationShare holds back training pictures and leaves the test part alone', async () => {
  const { train, validation } = await open('both', { validationShare: 0.3 });
  expect([train.length, validation.dataset.length, validation.split]).toEqual([
    21,
    9,
    'validation',
  ]);
});

test('one folder of classes alone is split 85 to 15', async () => {
  const { train, validation } = await open('both/train');
  expect([train.length, validation.dataset.length]).toEqual([24, 6]); // 2 of 10 of each class
});

test('the share that was held back is known, also where nobody asked for one', async () => {
  expect((await open('both')).validationShare).toBeNull();
  expect((await open('both', { validationShare: 0.3 })).validationShare).toBe(0.3);
  expect((await open('both/train')).validationShare).toBe(0.15);
});

test('mean and deviation are those of the training pictures that are trained on', async () => {
  const { facts } = await open('both');
  // The drawn classes have red 20, 20, 220 and noise around them of -20 to 20.
  expect(facts.mean[0]).toBeGreaterThan(80);
  expect(facts.mean[0]).toBeLessThan(95);
  const held = await open('both', { validationShare: 0.3 });
  expect(held.facts.mean).not.toEqual(facts.mean);
  expect((await open('both')).facts).toEqual(facts); // kept with the cache, bit for bit
});

test.each([
  [[0, 1], 0, 255],
  [[0, 127], 0, 255 / 127],
  [[-1, 1], 127.5, 127.5],
] as const)('scaled to %j, black and white are its ends', async ([low, high], mean, std) => {
  const experiment = { pixelRange: [low, high] as [number, number], pad: 0, flip: false };
  const { facts, train } = await open('both', experiment);
  expect(facts.mean).toEqual([mean, mean, mean]);
  expect(facts.std).toEqual([std, std, std]);
  const { batchSize, ...settings } = resolveExperiment({ ...experiment, batchSize: 30 });
  const [batch] = trainingBatches(train, facts, { batchSize, ...settings }).batches(1, 0);
  const stored = train.images.to({ dtype: 'float64' });
  const [darkest, lightest] = [stored.min().item(), stored.max().item()];
  const scaled = (value: number): number => low + ((high - low) * value) / 255;
  expect(batch?.images.min().item()).toBeCloseTo(scaled(darkest), 4);
  expect(batch?.images.max().item()).toBeCloseTo(scaled(lightest), 4);
});

test('constants that were published are used as they are', async () => {
  const { facts } = await open('both', { constants: 'persons-200' });
  expect(facts.mean).toEqual([46.56585295, 41.46895224, 41.24654565]);
  expect(facts.std).toEqual([69.21208429, 63.93648829, 63.29494238]);
});

test('pictures without any difference are refused, and can be trained on as they are', async () => {
  for (const name of ['red', 'black']) {
    const place = join(folder, 'even', 'train', name);
    mkdirSync(place, { recursive: true });
    for (const index of [0, 1, 2]) {
      const png = await plainPng({ r: name === 'red' ? 200 + index : 0, g: 0, b: 0 });
      writeFileSync(join(place, `${index}.png`), png);
    }
  }
  await expect(open('even', { validationShare: 0.3 })).rejects.toThrow(
    /^training pictures: expected pixels that differ in red, green and blue, got deviations of \d+\.\d\d, 0\.00, 0\.00\. Look at the pictures/,
  );
  const scaled = await open('even', { validationShare: 0.3, pixelRange: [0, 1] });
  expect(scaled.facts.std).toEqual([255, 255, 255]);
});

test('where the mean is not subtracted, a cutout has the mean colour all the same', async () => {
  const input = { pixelRange: [0, 1], cutout: 16, pad: 0, flip: false, batchSize: 30 } as const;
  const { facts, train } = await open('both', { ...input, pixelRange: [0, 1] });
  const settings = resolveExperiment({ ...input, pixelRange: [0, 1] });
  const [batch] = trainingBatches(train, facts, settings).batches(1, 0);
  const plain = train
    .at(batch?.indices as Int32Array)
    .images.to({ dtype: 'float32' })
    .div(255);
  const erased = batch?.images.sub(plain).abs().amax([1, 2, 3]).gt(1e-6).sum().item();
  expect(erased).toBe(30);
  const blackIn = (images: Tensor | undefined): number => images?.eq(0).sum().item() ?? NaN;
  expect(blackIn(batch?.images)).toBeLessThanOrEqual(blackIn(plain)); // the holes are not black
});

test('fit says how pictures of another shape come to the size', async () => {
  const red = await plainPng({ r: 200, g: 10, b: 10 }, { width: 16, height: 16 });
  const wide = sharp(red).extend({ right: 16, background: '#0a64c8' }).png();
  const names = ['a', 'b'].flatMap((name) => [0, 1].map((index) => `train/${name}/${index}.png`));
  const bytes = await wide.toBuffer();
  writeTree(join(folder, 'wide'), Object.fromEntries(names.map((name) => [name, bytes])));
  const seen = async (input: ExperimentInput): Promise<number[]> => {
    const { train } = await open('wide', { imageSize: 16, validationShare: 0.5, ...input });
    const reds = train.images.select(0, 0).select(0, 0).contiguous();
    return Array.from(reds.toTypedArray(), Number);
  };
  const [cut, whole, stretched] = [
    await seen({}),
    await seen({ fit: 'contain' }),
    await seen({ fit: 'fill' }),
  ];
  expect(cut).toEqual(await seen({ fit: 'cover' }));
  // Of 16 rows of red, those of a picture twice as wide as high are the 8 in the middle.
  const column = (rows: readonly number[]): number[] => rows.filter((_, index) => index % 16 === 0);
  const bar = [0, 0, 0, 0];
  expect(column(whole)).toEqual([...bar, ...new Array<number>(8).fill(200), ...bar]);
  expect(column(cut)).toEqual(new Array<number>(16).fill(200));
  expect(column(stretched)).toEqual(column(cut));
  expect(stretched).not.toEqual(cut); // the edge between the colours is stretched as well
});

test('maxPixels says which pictures are too large to be decoded', async () => {
  await expect(open('both', { maxPixels: 255 })).rejects.toThrow(
    /^30 of 30 pictures cannot be used\.[^]*blue\/0\.png: expected at most 255 pixels, got 16x16\. Shrink/,
  );
  expect((await open('both', { maxPixels: 256 })).skipped).toEqual([]);
  const large = await plainPng({ r: 1, g: 2, b: 3 }, { width: 40, height: 20 });
  await drawPictures(join(folder, 'large'), { train: 4, test: 1 });
  writeFileSync(join(folder, 'large/train/red/large.png'), large);
  const input = { imageSize: 16, onBadImage: 'skip' } as const;
  expect((await open('large', input)).train.length).toBe(13);
  const { train, skipped } = await open('large', { ...input, maxPixels: 799 });
  expect([train.length, skipped.map(({ path }) => path)]).toEqual([12, ['train/red/large.png']]);
});

test('the test part is at hand, whatever is validated on', async () => {
  const names = ['blue', 'green', 'red'].flatMap((hue) => [
    `test/${hue}/0.png`,
    `test/${hue}/1.png`,
  ]);
  for (const input of [{}, { validationShare: 0.3 }, { fastDevRun: true, batchSize: 2 }]) {
    const { test: held } = await open('both', input);
    expect(Array.from({ length: held?.length ?? 0 }, (_, i) => held?.nameOf(i))).toEqual(names);
  }
  expect((await open('both/train')).test).toBeUndefined();
});

test('digits that would be mirrored are warned about', async () => {
  writeTree(join(folder, 'digits'), digitFiles(mnistCounts));
  expect((await open('digits')).warnings).toEqual([
    'these are digits, and a mirrored digit is another one: train with --no-flip.',
  ]);
  expect((await open('digits', { flip: false })).warnings).toEqual([]);
  writeTree(join(folder, 'clothes'), digitFiles(evenCounts)); // no digits, in files of the same names
  expect((await open('clothes')).warnings).toEqual([]);
});

test('pictures that change are measured again', async () => {
  await drawPictures(join(folder, 'changing'), { train: 2, test: 1 });
  const before = await open('changing');
  await drawPictures(join(folder, 'changing'), { train: 4, test: 1 });
  expect((await open('changing')).facts.mean).not.toEqual(before.facts.mean);
});

test('imageSize resizes, onBadImage skip leaves bad pictures out and lists them', async () => {
  await drawPictures(join(folder, 'bad'), { train: 3, test: 1, side: 20 });
  writeFileSync(join(folder, 'bad', 'train', 'red', 'x.png'), 'no picture');
  await expect(open('bad')).rejects.toMatchObject({ code: 'DATA' });
  const { facts, skipped, foundCount, train } = await open('bad', {
    onBadImage: 'skip',
    imageSize: 12,
  });
  expect(facts).toMatchObject({ height: 12, width: 12 });
  expect([train.length, foundCount]).toEqual([9, 13]); // 9 + 1 bad, 3 to test
  expect(skipped.map(({ path }) => path)).toEqual(['train/red/x.png']);
});
