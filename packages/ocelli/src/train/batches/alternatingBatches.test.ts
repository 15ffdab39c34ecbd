import { randint } from '@ocelli/torch';
import { expect, test } from 'vitest';
import { alternatingFlip } from '../../augment/alternatingFlip.ts';
import { horizontalFlip } from '../../augment/horizontalFlip.ts';
import { withLabelEffect } from '../../augment/labelEffect.ts';
import { mixup } from '../../augment/mixup.ts';
import { normalize } from '../../augment/normalize.ts';
import type { Transform } from '../../augment/transform.ts';
import { ImageDataset } from '../../data/imageDataset.ts';
import { alternatingBatches, type AlternatingBatchesOptions } from './alternatingBatches.ts';
import { disposeBatch } from './trainingData.ts';

/** 11 pictures of one colour each, which no shift changes: ten times their label. */
const labels = [3, 1, 4, 1, 5, 9, 2, 6, 5, 3, 5];
const colours = randint({ high: 1, shape: [11, 6, 6, 3], dtype: 'uint8' });
for (const [index, label] of labels.entries()) colours.select(0, index).fill_(10 * label);
const dataset = new ImageDataset({
  pixels: colours,
  labels,
  classes: Array.from({ length: 10 }, (_, index) => String(index)),
  nameOf: (row) => `picture ${row}`,
});

const half = normalize({ mean: [0, 0, 0], std: [2, 2, 2] });

const usual = { batchSize: 4, seed: 0, translate: 1, transforms: [half] };

function batches(epoch: number, options: Partial<AlternatingBatchesOptions> = {}, firstStep = 0) {
  const settings = { ...usual, ...options };
  const found: { indices: number[]; labels: unknown; images: unknown }[] = [];
  for (const batch of alternatingBatches(dataset, settings).batches(epoch, firstStep)) {
    const indices = Array.from(batch.indices);
    found.push({ indices, labels: batch.labels.toArray(), images: batch.images.toArray() });
    disposeBatch(batch);
  }
  return found;
}

test('pictures, labels and indices belong together, and the transforms are applied', () => {
  for (const { indices, labels: given, images } of batches(1)) {
    expect(given).toEqual(indices.map((index) => labels[index]));
    const first = (images as number[][][][]).map((picture) => picture[0]?.[0]?.[0]);
    expect(first).toEqual(indices.map((index) => 5 * (labels[index] ?? NaN)));
  }
});

test('the last, smaller batch is left out', () => {
  expect(batches(1).map(({ indices }) => indices.length)).toEqual([4, 4]);
  expect(alternatingBatches(dataset, usual)).toMatchObject({
    stepsPerEpoch: 2,
    sampleCount: 8,
    batchSize: 4,
  });
});

test('epochs and seeds have orders of their own, and a batch is a function of them', () => {
  const order = (epoch: number, seed: number): number[] =>
    batches(epoch, { seed }).flatMap(({ indices }) => indices);
  expect(order(1, 0)).toEqual(order(1, 0));
  expect(order(1, 0)).not.toEqual(order(2, 0));
  expect(order(1, 0)).not.toEqual(order(1, 1));
  expect(batches(1, {}, 1)).toEqual(batches(1).slice(1));
});

test('mixed pictures come with both of their labels', () => {
  const transforms = [half, mixup({ alpha: 1 })];
  for (const batch of alternatingBatches(dataset, { ...usual, transforms }).batches(1, 0)) {
    const own = batch.labels.toArray() as number[];
    const other = batch.mix?.labels.toArray() as number[];
    const share = batch.mix?.share.toArray() as number[];
    const means = batch.images.mean([1, 2, 3]).toArray() as number[];
    for (const [row, mean] of means.entries()) {
      const [s = NaN, one = NaN, two = NaN] = [share[row], own[row], other[row]];
      expect(mean).toBeCloseTo(5 * (s * one + (1 - s) * two), 3); // a picture is five times its label
    }
    disposeBatch(batch);
  }
});

test('what a transform declares of labels happens to them, and is checked', () => {
  const mirror = horizontalFlip({ probability: 1 });
  const swapped = withLabelEffect(mirror, { swaps: { class: ['5', '3'] } });
  for (const { indices, labels: given } of batches(1, { transforms: [half, swapped] })) {
    const changed = new Map([
      [5, 3],
      [3, 5],
    ]);
    const before = indices.map((index) => labels[index] ?? NaN);
    expect(given).toEqual(before.map((label) => changed.get(label) ?? label));
  }
  const unknown = withLabelEffect(mirror, { hides: ['klass'] });
  expect(() => batches(1, { transforms: [half, unknown] })).toThrow(
    'horizontalFlip: expected an attribute to be one of class, got "klass". Did you mean "class"?',
  );
});

test('transforms know the epoch and the pictures, and are counted', () => {
  const seen: unknown[] = [];
  const look: Transform = {
    name: 'look',
    settings: {},
    apply: (images, { epoch, indices }) => {
      seen.push([epoch, Array.from(indices ?? [])]);
      return images.clone();
    },
  };
  const transforms = [half, look, alternatingFlip()];
  const data = alternatingBatches(dataset, { ...usual, transforms });
  const made = [...data.batches(3, 0)].map(({ indices }) => [3, Array.from(indices)]);
  expect(seen).toEqual(made);
  expect(data.transformCounts?.()).toMatchObject({ alternatingFlip: { seen: 8 } });
});

test('a batch larger than the data set is refused', () => {
  expect(() => batches(1, { batchSize: 12 })).toThrow(
    'alternatingBatches: expected batchSize to be at most the number of pictures (11), got 12.',
  );
});
