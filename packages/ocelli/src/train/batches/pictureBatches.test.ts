import { manualSeed, randint } from '@ocelli/torch';
import { describe, expect, test } from 'vitest';
import { noisePictures } from '../../../test/tinyTraining.ts';
import { ImageDataset } from '../../data/imageDataset.ts';
import { resolveExperiment } from '../experiment/experiment.ts';
import { sideBySide } from './sideBySide.ts';
import { evaluationBatches, trainingBatches, trainingTransforms } from './pictureBatches.ts';
import type { Batch } from './trainingData.ts';

const facts = {
  labelNames: { classes: ['a', 'b', 'c'] },
  height: 8,
  width: 8,
  mean: [100, 110, 120],
  std: [50, 60, 70],
  trainCount: 12,
  validationCount: 0,
};
const plain = { pad: 0, padMode: null, flip: false, cutout: 0 } as const;
const settings = { ...plain, batchSize: 5, device: 'cpu', seed: 3 };
const pictures = noisePictures(12);

function contents(batches: Iterable<Batch>): unknown[] {
  return [...batches].map(({ images, labels, indices }) => [
    images.toArray(),
    labels.toArray(),
    [...Array.from(indices)],
  ]);
}

test('an epoch visits every picture once, the last batch holds the rest', () => {
  const data = trainingBatches(pictures, facts, settings);
  const seen = [...data.batches(1, 0)].map(({ indices }) => Array.from(indices));
  expect(seen.map((indices) => indices.length)).toEqual([5, 5, 2]);
  expect(seen.flat().toSorted((a, b) => a - b)).toEqual(Array.from({ length: 12 }, (_, i) => i));
  expect([data.stepsPerEpoch, data.sampleCount, data.batchSize]).toEqual([3, 12, 5]);
  expect(data.nameOf(7)).toBe('noise/7.png');
});

test('images are (value − mean) / std of the stored pixels, labels their own', () => {
  const [batch] = trainingBatches(pictures, facts, settings).batches(1, 0);
  const index = batch?.indices[0] ?? -1;
  const stored = pictures.at(Int32Array.of(index)).images.toArray() as number[][][][];
  const value = stored[0]?.[2]?.[4]?.[6] ?? NaN; // blue, row 4, column 6
  const images = batch?.images.toArray() as number[][][][];
  expect(images[0]?.[2]?.[4]?.[6]).toBeCloseTo((value - 120) / 70, 5);
  expect(batch?.labels.toArray()).toEqual(Array.from(batch?.indices ?? [], (i) => i % 3));
});

test('leaving out the first batches changes nothing about the others', () => {
  const augmented = { ...settings, pad: 2, padMode: 'reflect', flip: true, cutout: 3 } as const;
  const data = trainingBatches(pictures, facts, augmented);
  expect(contents(data.batches(2, 1))).toEqual(contents(data.batches(2, 0)).slice(1));
  expect(contents(data.batches(2, 0))).not.toEqual(contents(data.batches(1, 0)));
});

test('another seed is another order', () => {
  const order = (seed: number): unknown[] =>
    [...trainingBatches(pictures, facts, { ...settings, seed }).batches(1, 0)].flatMap(
      ({ indices }) => Array.from(indices),
    );
  expect(order(4)).not.toEqual(order(3));
});

test.each([
  ['pad', { pad: 2, padMode: 'reflect' }],
  ['flip', { flip: true }],
  ['cutout', { cutout: 3 }],
] as const)('%s changes the pictures', (_, change) => {
  const images = (more: object): unknown =>
    contents(trainingBatches(pictures, facts, { ...settings, ...more }).batches(1, 0));
  expect(images(change)).not.toEqual(images({}));
});

test('every setting reaches its transform, with its value', () => {
  const all = { pad: 3, padMode: 'zeros', flip: true, cutout: 5 } as const;
  const made = trainingTransforms(all, facts).map(({ name, settings: own }) => [name, own]);
  expect(made).toEqual([
    ['randomCrop', { size: [8, 8], padding: 3, mode: 'constant', fill: 0 }],
    ['horizontalFlip', { probability: 0.5 }],
    ['normalize', { mean: facts.mean, std: facts.std }],
    ['cutout', { size: 5, holes: 1, probability: 1, fill: 0 }],
  ]);
  expect(trainingTransforms(plain, facts).map(({ name }) => name)).toEqual(['normalize']);
});

test('evaluation looks at the pictures in order, unchanged from pass to pass', () => {
  const data = evaluationBatches(pictures, facts, settings);
  expect(data.sampleCount).toBe(12);
  const first = contents(data.batches());
  expect(contents(data.batches())).toEqual(first);
  const indices = [...data.batches()].flatMap((batch) => Array.from(batch.indices));
  expect(indices).toEqual(Array.from({ length: 12 }, (_, i) => i));
});

test.each([
  [8, 12],
  [12, 8],
])('pictures of %ix%i are trained on in the size they are evaluated in', (height, width) => {
  const own = { ...facts, height, width };
  const dataset = new ImageDataset({
    pixels: randint({ high: 256, shape: [4, height, width, 3], dtype: 'uint8' }),
    labels: Int32Array.of(0, 1, 2, 0),
    classes: facts.labelNames.classes,
    nameOf: String,
  });
  const [evaluated] = evaluationBatches(dataset, own, settings).batches();
  for (const padMode of ['reflect', 'zeros'] as const) {
    const [trained] = trainingBatches(dataset, own, { ...settings, pad: 2, padMode }).batches(1, 0);
    expect(trained?.images.shape).toEqual([4, 3, height, width]);
    expect(trained?.images.shape).toEqual(evaluated?.images.shape);
  }
});

describe('a policy of its own', () => {
  const dataset = (() => {
    manualSeed(0);
    return new ImageDataset({
      pixels: randint({ high: 256, shape: [12, 6, 6, 3], dtype: 'uint8' }),
      labels: Int32Array.from({ length: 12 }, (_, index) => index % 2),
      classes: ['left', 'right'],
      nameOf: (row) => `${row}`,
    });
  })();
  const own = {
    labelNames: dataset.labelNames,
    height: 6,
    width: 6,
    mean: [0, 0, 0],
    std: [1, 2, 2],
  };
  const policy = (augmentation: object[]) =>
    resolveExperiment({ augmentation: augmentation as never, batchSize: 12, epochs: 2 });
  const batchOf = (augmentation: object[]) => {
    const pictures = { ...own, trainCount: 12, validationCount: 0 };
    const [batch] = trainingBatches(dataset, pictures, policy(augmentation)).batches(1, 0);
    return batch as Batch; // the only one
  };

  test('replaces the usual transforms, and swaps labels where it is declared', () => {
    const swapped = batchOf([{ flip: { probability: 1, swaps: { class: ['left', 'right'] } } }]);
    const plain = batchOf([{ flip: { probability: 1 } }]);
    const labels = (batch: typeof plain) => batch.labels.toArray() as number[];
    expect(labels(swapped)).toEqual(labels(plain).map((label) => 1 - label));
    expect(swapped.images.sub(plain.images).abs().max().item()).toBe(0);
    const rows = dataset.at(Int32Array.from(plain.indices)).images.flip([3]);
    expect(plain.images.select(1, 0).sub(rows.select(1, 0)).abs().max().item()).toBe(0);
  });

  test('is refused where it names what is not there', () => {
    expect(() => policy([{ flop: {} }])).toThrow('augmentation: unknown transform "flop"');
    expect(() => batchOf([{ flip: { hides: ['pose'] } }])).toThrow(
      'horizontalFlip: expected an attribute to be one of class, got "pose".',
    );
  });

  test('that mixes pictures gives both labels and their shares', () => {
    const { mix, images, labels, indices } = batchOf([{ mixup: { alpha: 1 } }]);
    const [seconds, shares] = [mix?.labels.toArray(), mix?.share.toArray()] as number[][];
    const own = dataset.at(Int32Array.from(indices)).images.to({ dtype: 'float32' }).select(1, 0);
    const names = labels.toArray() as number[];
    let told = 0;
    for (const [row, share] of (shares ?? []).entries()) {
      const mixed = own.select(0, row).mul(share);
      // The partner is the picture whose rest makes up what is seen, to a level; of a share near 1 any is.
      const partners = names.filter((_, other) => {
        const whole = own.select(0, other).mul(1 - share).add(mixed); // prettier-ignore
        return whole.sub(images.select(0, row).select(0, 0)).abs().max().item() <= 1;
      });
      expect(partners).toContain(seconds?.[row]);
      told += Number(partners.length === 1);
    }
    expect(told).toBeGreaterThan(6); // of twelve
  });

  test('leaves no room for the settings that it replaces', () => {
    expect(() => resolveExperiment({ augmentation: [{ flip: {} }], cutout: 8 })).toThrow(
      'expected no cutout with augmentation, which lists all transforms, got 8. It would have no effect.',
    );
  });
});

test('balance draws pictures of rare classes more often, in epochs as long as before', () => {
  const labels = Int32Array.from({ length: 60 }, (_, index) => (index < 54 ? 0 : 1));
  const pixels = randint({ high: 256, shape: [60, 8, 8, 3], dtype: 'uint8' });
  const nameOf = (row: number): string => `noise/${row}.png`;
  const rare = new ImageDataset({ pixels, labels, classes: ['common', 'rare'], nameOf });
  const drawn = (balance: number): number[] =>
    [...trainingBatches(rare, facts, { ...settings, balance }).batches(1, 0)].flatMap(
      ({ indices }) => Array.from(indices, (index) => labels[index] ?? NaN),
    );
  expect(drawn(0).filter((label) => label === 1)).toHaveLength(6);
  expect(drawn(0.99).filter((label) => label === 1).length).toBeGreaterThan(25);
  expect(drawn(0.99)).toHaveLength(60);
});

test('with originals every batch comes as it is and then augmented; an epoch has twice the steps', () => {
  const flipped = { ...settings, flip: true };
  const both = trainingBatches(pictures, facts, { ...flipped, originals: true });
  expect([both.stepsPerEpoch, both.sampleCount]).toEqual([6, 24]);
  const found = contents(both.batches(2, 0));
  const asTheyAre = contents(trainingBatches(pictures, facts, settings).batches(2, 0));
  const augmented = contents(trainingBatches(pictures, facts, flipped).batches(2, 0));
  expect(found).toEqual([0, 1, 2].flatMap((step) => [asTheyAre[step], augmented[step]]));
  for (const done of [1, 2, 5]) expect(contents(both.batches(2, done))).toEqual(found.slice(done));
  const odd = { ...both, stepsPerEpoch: 5 };
  expect(() => sideBySide([both, odd])).toThrow('of 6 batches of 5, as the first');
});

test('batches count how many pictures each transform changed since the epoch began', () => {
  const data = trainingBatches(pictures, facts, { ...settings, flip: true, cutout: 3 });
  for (const _ of [...data.batches(1, 0), ...data.batches(2, 1)]);
  const counts = data.transformCounts?.() ?? {};
  expect(Object.keys(counts)).toEqual(['horizontalFlip', 'normalize', 'cutout']);
  expect(counts['cutout']).toEqual({ seen: 7, changed: 7 }); // 5 and 2 of the second epoch
  expect(counts['horizontalFlip']?.changed).toBeLessThan(7);
});
