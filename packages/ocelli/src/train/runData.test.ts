import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { drawPictures } from '../../test/drawnPictures.ts';
import { type ExperimentInput, resolveExperiment } from './experiment.ts';
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
