import { fromTypedArray } from '@ocelli/torch';
import { describe, expect, test } from 'vitest';
import { ImageDataset } from './imageDataset.ts';
import { trainValidationSplit } from './split.ts';

const CLASSES = ['a', 'b', 'c'];

/** Pictures of 2x3; every byte of picture i is i, but red at (0, 0) is 100 + i; labels i % 3. */
function dataSet(count = 10): ImageDataset {
  const pixels = new Uint8Array(count * 18).map(
    (_, i) => (i % 18 === 0 ? 100 : 0) + Math.floor(i / 18),
  );
  return new ImageDataset({
    pixels: fromTypedArray(pixels, [count, 2, 3, 3]),
    labels: Array.from({ length: count }, (_, i) => i % 3),
    classes: CLASSES,
    nameOf: (row) => `picture-${row}`,
  });
}

/** Which pictures a tensor shows. */
const shown = (images: ReturnType<ImageDataset['at']>['images']) =>
  images.select(1, 2).select(1, 1).select(1, 2).toArray() as number[];

const epochOf = (dataset: ImageDataset, options: Parameters<ImageDataset['batches']>[0]) =>
  [...dataset.batches(options)].map((batch) => [...batch.indices]);

describe('ImageDataset', () => {
  test('gives uint8 (N, 3, H, W) in channels_last memory', () => {
    const { images, labels } = dataSet().at(Int32Array.of(4, 4, 0));
    expect([images.dtype, images.shape]).toEqual(['uint8', [3, 3, 2, 3]]);
    expect(images.isContiguous('channelsLast')).toBe(true);
    expect(images.select(0, 0).select(0, 0).toArray()).toEqual([
      [104, 4, 4],
      [4, 4, 4],
    ]);
    expect([labels.dtype, labels.toArray()]).toEqual(['int64', [1, 1, 0]]);
  });

  test('counts the last, smaller batch unless it is dropped', () => {
    const dataset = dataSet();
    const batches = epochOf(dataset, { batchSize: 4 });
    expect(batches).toEqual([
      [0, 1, 2, 3],
      [4, 5, 6, 7],
      [8, 9],
    ]);
    expect(dataset.batchCount({ batchSize: 4 })).toBe(3);
    expect(epochOf(dataset, { batchSize: 4, dropLast: true })).toEqual(batches.slice(0, 2));
    expect(dataset.batchCount({ batchSize: 4, dropLast: true })).toBe(2);
  });

  test('permutes images, labels and names together', () => {
    const dataset = dataSet();
    const seen: number[] = [];
    for (const batch of dataset.batches({ batchSize: 4, shuffle: true, seed: 5, epoch: 2 })) {
      const pictures = shown(batch.images);
      expect(pictures).toEqual([...batch.indices]);
      expect(batch.labels.toArray()).toEqual(pictures.map((i) => i % 3));
      expect([...batch.indices].map((i) => dataset.nameOf(i))).toEqual(
        pictures.map((i) => `picture-${i}`),
      );
      seen.push(...pictures);
    }
    expect(seen.sort((a, b) => a - b)).toEqual([...Array(10).keys()]);
  });

  test('has another order every epoch and seed, and the same one for the same', () => {
    const order = (seed: number, epoch: number) =>
      epochOf(dataSet(), { batchSize: 10, shuffle: true, seed, epoch })[0];
    expect(order(0, 0)).toEqual([4, 0, 7, 1, 9, 2, 6, 5, 3, 8]); // from make_permutation.py
    expect(order(0, 1)).toEqual([0, 6, 3, 7, 2, 4, 9, 5, 1, 8]);
    expect(order(1, 0)).toEqual([0, 1, 8, 6, 2, 5, 4, 9, 7, 3]);
    expect(order(1, 0)).toEqual(order(1, 0));
  });

  test('makes subsets that share pixels and can be nested', () => {
    const subset = dataSet()
      .subset(Int32Array.of(8, 2, 5))
      .subset(Int32Array.of(2, 0));
    expect([...subset.labels]).toEqual([2, 2]);
    expect(shown(subset.images)).toEqual([5, 8]);
    expect(subset.nameOf(1)).toBe('picture-8');
    expect(subset.classCounts()).toEqual([0, 0, 2]);
  });

  test('makes pictures smaller by the mean of what lies between, with their labels and names', () => {
    // Triangles of twice the width around 1 and 3: 3, 3 and 1 parts of 7 at the border.
    const row = [0, 70, 140, 210].flatMap((byte) => [byte, byte, byte]);
    const pixels = new Uint8Array([...Array(48).fill(9), ...Array(4).fill(row).flat()]);
    const dataset = new ImageDataset({
      pixels: fromTypedArray(pixels, [2, 4, 4, 3]),
      labels: [2, 1],
      classes: CLASSES,
      nameOf: (row) => `picture-${row}`,
    });
    const half = dataset.subset(Int32Array.of(1)).resized(2);
    expect([half.imageShape, [...half.labels], half.nameOf(0)]).toEqual([
      [3, 2, 2],
      [1],
      'picture-1',
    ]);
    const twoRows = [
      [50, 160],
      [50, 160],
    ];
    expect(half.images.toArray()).toEqual([[twoRows, twoRows, twoRows]]);
    expect(() => dataset.resized(0)).toThrow('resize');
  });

  test('refuses what does not exist', () => {
    expect(() => dataSet().at(Int32Array.of(10))).toThrow(
      'ImageDataset: expected index to be from 0 to 9, got 10.',
    );
    expect(() => dataSet().batches({ batchSize: 0 }).next()).toThrow(
      'batches: expected batchSize to be a positive whole number, got 0.',
    );
    const parts = { pixels: fromTypedArray(new Uint8Array(3), [1, 1, 1, 3]), labels: [3] };
    expect(() => new ImageDataset({ ...parts, classes: CLASSES, nameOf: () => 'x.png' })).toThrow(
      'x.png: expected a label from 0 to 2, got 3.',
    );
  });
});

describe('trainValidationSplit', () => {
  test('holds back the share, of every class alike, without losing or doubling a picture', () => {
    const { train, validation } = trainValidationSplit(dataSet(60), { validationShare: 0.15 });
    expect([train.length, validation.length]).toEqual([51, 9]);
    expect(validation.classCounts()).toEqual([3, 3, 3]);
    const all = [...shown(train.images), ...shown(validation.images)].sort((a, b) => a - b);
    expect(all).toEqual([...Array(60).keys()]);
  });

  test('gives the sizes of the founding set at 85/15', () => {
    const pixels = fromTypedArray(new Uint8Array(13_573 * 3), [13_573, 1, 1, 3]);
    const labels = new Array<number>(13_573).fill(0);
    const dataset = new ImageDataset({ pixels, labels, classes: ['a'], nameOf: String });
    const options = { validationShare: 0.15, stratified: false, seed: 40 };
    const { train, validation } = trainValidationSplit(dataset, options);
    expect([train.length, validation.length]).toEqual([11_537, 2_036]);
  });

  test('depends on the seed alone', () => {
    const held = (seed: number, stratified: boolean) =>
      shown(
        trainValidationSplit(dataSet(60), { validationShare: 0.2, seed, stratified }).validation
          .images,
      );
    expect(held(1, true)).toEqual(held(1, true));
    expect(held(1, true)).not.toEqual(held(2, true));
    expect(held(1, false)).not.toEqual(held(1, true));
  });

  test('keeps a lone picture of a class for training', () => {
    const dataset = dataSet(4).subset(Int32Array.of(0, 1, 2, 3));
    const { train } = trainValidationSplit(dataset, { validationShare: 0.9 });
    expect(train.classCounts()).toEqual([1, 1, 1]);
  });

  test.each([0, 1, -0.1, Number.NaN, 0.001])('refuses the share %d', (validationShare) => {
    expect(() => trainValidationSplit(dataSet(), { validationShare })).toThrow(
      'trainValidationSplit: expected validationShare to be between 0 and 1, leaving pictures ' +
        `for both parts, got ${validationShare}.`,
    );
  });
});
