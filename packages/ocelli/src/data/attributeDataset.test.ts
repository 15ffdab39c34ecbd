import { fromTypedArray } from '@ocelli/torch';
import { describe, expect, test } from 'vitest';
import { AttributeDataset } from './attributeDataset.ts';

const schema = { pose: ['Back', 'Side'], mood: ['Glad', 'Sad', 'None'] } as const;

/** Four pictures of 1x1, whose bytes are their number. */
function dataSet(labels = Int32Array.of(0, 2, 1, -1, -1, 0, 1, 1)) {
  const pixels = fromTypedArray(
    Uint8Array.from({ length: 12 }, (_, i) => Math.floor(i / 3)),
    [4, 1, 1, 3],
  );
  return new AttributeDataset({ pixels, labels, schema, nameOf: (row) => `${row}.jpg` });
}

describe('AttributeDataset', () => {
  test('gives int64 labels (N, A), −1 where one is missing', () => {
    const { images, labels } = dataSet().at(Int32Array.of(3, 1, 1));
    expect(images.select(1, 0).select(1, 0).select(1, 0).toArray()).toEqual([3, 1, 1]);
    expect([labels.dtype, labels.shape]).toEqual(['int64', [3, 2]]);
    expect(labels.toArray()).toEqual([
      [1, 1],
      [1, -1],
      [1, -1],
    ]);
  });

  test('counts every class and leaves missing labels out', () => {
    expect(dataSet().classCounts()).toEqual({ pose: [1, 2], mood: [1, 1, 1] });
    expect([...dataSet().labelsOf('mood')]).toEqual([2, -1, 0, 1]);
  });

  test('repeats pictures in subsets, which can be nested', () => {
    const grown = dataSet()
      .subset(Int32Array.of(2, 0, 0, 3, 1))
      .subset(Int32Array.of(1, 2, 0));
    expect([grown.length, grown.attributeCount]).toEqual([3, 2]);
    expect([...grown.labels]).toEqual([0, 2, 0, 2, -1, 0]);
    expect(grown.nameOf(2)).toBe('2.jpg');
    expect(grown.images.shape).toEqual([3, 3, 1, 1]);
  });

  test('shows the pictures of a subset of equal length in its own order', () => {
    const turned = dataSet().subset(Int32Array.of(3, 2, 1, 0));
    expect(turned.images.select(1, 0).select(1, 0).select(1, 0).toArray()).toEqual([3, 2, 1, 0]);
  });

  test('permutes pictures and labels together, and each picture comes once', () => {
    const seen: number[] = [];
    for (const batch of dataSet().batches({ batchSize: 3, shuffle: true, seed: 2 })) {
      const pictures = batch.images.select(1, 0).select(1, 0).select(1, 0).toArray() as number[];
      expect(pictures).toEqual([...batch.indices]);
      const rows = [[0, 2], [1, -1], [-1, 0], [1, 1]]; // prettier-ignore
      expect(batch.labels.toArray()).toEqual(pictures.map((i) => rows[i]));
      seen.push(...pictures);
    }
    expect(seen.toSorted()).toEqual([0, 1, 2, 3]);
  });

  test('refuses what does not exist', () => {
    expect(() => dataSet(Int32Array.of(0, 0, 0, 3, 0, 0, 0, 0))).toThrow(
      '1.jpg: expected a label from -1 to 2 for mood, got 3.',
    );
    expect(() => dataSet(Int32Array.of(0, 0))).toThrow(
      '1.jpg: expected a label from -1 to 1 for pose, got NaN.',
    );
    expect(() => dataSet().at(Int32Array.of(4))).toThrow(
      'AttributeDataset: expected index to be from 0 to 3, got 4.',
    );
    expect(() => dataSet().labelsOf('moood' as 'mood')).toThrow(
      'labelsOf: expected attribute to be one of pose, mood, got "moood".',
    );
  });
});
