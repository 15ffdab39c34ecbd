import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { tensor } from '@ocelli/torch';
import { afterAll, expect, test } from 'vitest';
import { ImageDataset } from '../../data/imageDataset.ts';
import { cachedStatistics } from './statisticsCache.ts';

const folder = mkdtempSync(join(tmpdir(), 'ocelli-statistics-'));
afterAll(() => rmSync(folder, { recursive: true }));

// One pixel of 0 and one of 255 in each channel: mean and deviation are half of 255.
const pixels = tensor([0, 0, 0, 255, 255, 255], { dtype: 'uint8' }).reshape([1, 1, 2, 3]);
const train = new ImageDataset({
  pixels,
  labels: Int32Array.of(0),
  classes: ['a', 'b'],
  nameOf: () => 'picture',
});
const half = { mean: [127.5, 127.5, 127.5], std: [127.5, 127.5, 127.5] };

test('are measured once and kept beside the pixels', () => {
  const file = join(folder, 'train-statistics.json');
  expect(cachedStatistics(train, folder)).toEqual(half);
  expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual(half);
  const other = { mean: [0, 0, 0], std: [1, 1, 1] };
  writeFileSync(file, JSON.stringify(other));
  expect(cachedStatistics(train, folder)).toEqual(other);
});

test('are measured where another process has just taken the folder away', () => {
  expect(cachedStatistics(train, join(folder, 'gone'))).toEqual(half);
});
