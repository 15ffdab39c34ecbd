import { Generator, randint } from '@ocelli/torch';
import { expect, test } from 'vitest';
import { compose } from '../../augment/compose.ts';
import { TransformCounts } from '../../augment/transformCounts.ts';
import { resolveExperiment } from './experiment.ts';
import { trainingTransforms } from '../batches/pictureBatches.ts';

test('digits are turned and never mirrored; Tiny-ImageNet is padded and cut as its pictures are large', () => {
  expect(resolveExperiment({ dataset: 'mnist' })).toMatchObject({
    augmentation: [{ rotate: { degrees: 5 } }],
    pad: 0,
    flip: false,
  });
  expect(resolveExperiment({ dataset: 'tiny-imagenet' })).toMatchObject({
    augmentation: null,
    pad: 8,
    padMode: 'zeros',
    flip: true,
    cutout: 16,
  });
});

test('whoever says anything about transforms has said all of it', () => {
  expect(resolveExperiment({ dataset: 'mnist', pad: 2 })).toMatchObject({
    augmentation: null,
    pad: 2,
    cutout: 0,
  });
});

const facts = {
  ...{
    labelNames: { classes: ['a', 'b'] },
    height: 64,
    width: 64,
    trainCount: 8,
    validationCount: 8,
  },
  ...{ mean: [128, 128, 128], std: [64, 64, 64] },
};

test('they are what runs, in that order; of most pictures all are moved and half are mirrored', () => {
  const named = (dataset: 'cifar10' | 'mnist' | 'tiny-imagenet') =>
    trainingTransforms(resolveExperiment({ dataset }), facts).map(({ name }) => name);
  expect(named('cifar10')).toEqual(['randomCrop', 'horizontalFlip', 'normalize']);
  expect(named('mnist')).toEqual(['rotate', 'normalize']);
  expect(named('tiny-imagenet')).toEqual(['randomCrop', 'horizontalFlip', 'normalize', 'cutout']);

  const images = randint({ high: 256, shape: [1000, 3, 64, 64], dtype: 'uint8' });
  const counts = new TransformCounts();
  const generator = new Generator().manualSeed(1);
  const transforms = trainingTransforms(resolveExperiment({ dataset: 'tiny-imagenet' }), facts);
  compose(transforms).apply(images, { generator, onChanged: counts.add });
  const shares = Object.entries(counts.read()).map(([name, { seen, changed }]) => [
    name,
    Math.round((10 * changed) / seen) / 10,
  ]);
  expect(Object.fromEntries(shares)).toEqual({
    ...{ randomCrop: 1, horizontalFlip: 0.5, normalize: 1, cutout: 1 },
  });
});
