import { fromTypedArray, tensor } from '@ocelli/torch';
import { expect, test } from 'vitest';
import { noisePictures } from '../../../test/tinyTraining.ts';
import { horizontalFlip } from '../../augment/horizontalFlip.ts';
import { normalize } from '../../augment/normalize.ts';
import { trainValidationSplit } from '../../data/split.ts';
import { orderedBatches } from './pictureBatches.ts';
import { sampledBatches, type SampledBatchOptions } from './sampledBatches.ts';
import type { Batch, TrainingData } from './trainingData.ts';

const pictures = noisePictures(10);
const normalized = normalize({ mean: [128, 128, 128], std: [64, 64, 64] });
const plain = { transforms: [normalized], seed: 3 };

const batchesOf = (options: Omit<SampledBatchOptions, 'transforms' | 'seed'>): TrainingData =>
  sampledBatches(pictures, { ...plain, ...options });

const indicesOf = (data: TrainingData, epoch = 1): number[][] =>
  [...data.batches(epoch, 0)].map(({ indices }) => Array.from(indices));

test('a sampler says which pictures an epoch visits, in which order and how often', () => {
  const sampler = (epoch: number): Int32Array => Int32Array.of(7, 7, epoch, 0, 9);
  const data = batchesOf({ batchSize: 2, sampler });
  expect(indicesOf(data, 4)).toEqual([[7, 7], [4, 0], [9]]);
  expect([data.stepsPerEpoch, data.sampleCount, data.batchSize]).toEqual([3, 5, 2]);
  const [, second] = data.batches(4, 0);
  expect(second?.labels.toArray()).toEqual([4 % 3, 0]); // labels go with their pictures
});

test('without a sampler an epoch visits all pictures once, in its order', () => {
  const epoch = [...pictures.order({ shuffle: true, seed: 3, epoch: 1 })];
  expect(indicesOf(batchesOf({ batchSize: 4 }), 2).flat()).toEqual(epoch);
});

test('a last, smaller batch is left out where it shall be, and not counted', () => {
  const data = batchesOf({ batchSize: 4, dropLast: true });
  expect(indicesOf(data).map(({ length }) => length)).toEqual([4, 4]);
  expect([data.stepsPerEpoch, data.sampleCount]).toEqual([2, 8]);
  expect(() => batchesOf({ batchSize: 11, dropLast: true })).toThrow(
    'sampledBatches: expected batchSize to be at most 10, the pictures of an epoch, got 11.',
  );
});

test('a batch sampler puts batches together as it likes', () => {
  // Pictures of one label stay together: one batch for each.
  const byLabel = [0, 1, 2].map((label) => Int32Array.from([label, label + 3, label + 6]));
  const data = batchesOf({ batchSampler: () => byLabel });
  expect([...data.batches(1, 0)].map(({ labels }) => labels.toArray())).toEqual([
    [0, 0, 0],
    [1, 1, 1],
    [2, 2, 2],
  ]);
  expect([data.stepsPerEpoch, data.batchSize]).toEqual([3, 3]);
});

test('collation brings pictures of its own, which are transformed like others', () => {
  const collate: SampledBatchOptions['collate'] = (indices) => ({
    images: fromTypedArray(new Uint8Array(indices.length * 3).fill(192), [indices.length, 3, 1, 1]),
    labels: tensor(
      Array.from(indices, () => 2),
      { dtype: 'int64' },
    ),
    indices,
  });
  const [batch] = batchesOf({ batchSize: 2, collate }).batches(1, 0);
  expect(batch?.images.flatten().toArray()).toEqual([1, 1, 1, 1, 1, 1]); // (192 − 128) / 64
  expect(batch?.labels.toArray()).toEqual([2, 2]);
});

test('leaving out the first batches changes nothing about the others', () => {
  const data = sampledBatches(pictures, {
    ...plain,
    transforms: [horizontalFlip(), normalized],
    batchSize: 3,
  });
  const contents = (batches: Iterable<Batch>): unknown[] =>
    [...batches].map(({ images }) => images.toArray());
  expect(contents(data.batches(2, 2))).toEqual(contents(data.batches(2, 0)).slice(2));
});

test('the parts of a split share no picture, and each has transforms of its own', () => {
  const { train, validation } = trainValidationSplit(pictures, { validationShare: 0.3, seed: 1 });
  const mirrored = { ...plain, transforms: [horizontalFlip({ probability: 1 }), normalized] };
  const learned = [...sampledBatches(train, { ...mirrored, batchSize: 10 }).batches(1, 0)];
  const held = [
    ...orderedBatches(validation, { batchSize: 10, transforms: [normalized] }).batches(),
  ];
  const names = [
    ...learned.flatMap(({ indices }) => Array.from(indices, (index) => train.nameOf(index))),
    ...held.flatMap(({ indices }) => Array.from(indices, (index) => validation.nameOf(index))),
  ];
  expect(names.toSorted()).toEqual([...Array(10).keys()].map((row) => `noise/${row}.png`));
  const seen = (batch: Batch | undefined): unknown => batch?.images.mul(64).add(128).toArray();
  const [first] = learned;
  const stored = train.at(first?.indices as Int32Array).images.to({ dtype: 'float32' });
  expect(seen(first)).toEqual(stored.flip([3]).toArray());
  expect(seen(held[0])).toEqual(validation.images.to({ dtype: 'float32' }).toArray());
});

test('what would have no effect, or epochs that differ in length, are refused', () => {
  const batchSampler = (epoch: number) => Array.from({ length: epoch }, () => Int32Array.of(0));
  expect(() => batchesOf({ batchSampler, dropLast: true })).toThrow(
    'sampledBatches: expected dropLast to be left out beside batchSampler, which decides it, got true.',
  );
  expect(() => batchesOf({})).toThrow(
    'sampledBatches: expected batchSize to be a positive integer',
  );
  expect(() => [...batchesOf({ batchSampler }).batches(3, 0)]).toThrow(
    'sampledBatches: expected every epoch to have 1 batches as the first, got 3 in epoch 3.',
  );
  expect(() => batchesOf({ batchSize: 2, samplr: () => new Int32Array() } as never)).toThrow(
    'Did you mean "sampler"?',
  );
  const outside = batchesOf({ batchSize: 2, sampler: () => Int32Array.of(10, 0) });
  expect(() => [...outside.batches(1, 0)]).toThrow('expected index to be from 0 to 9, got 10.');
});
