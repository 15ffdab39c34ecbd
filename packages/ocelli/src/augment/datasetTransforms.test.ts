import { full, Generator, randint } from '@ocelli/torch';
import { expect, test } from 'vitest';
import { compose } from './compose.ts';
import { datasetTransforms } from './datasetTransforms.ts';
import { TransformCounts } from './transformCounts.ts';

const settingsOf = (name: 'cifar10' | 'mnist' | 'tiny-imagenet') =>
  datasetTransforms(name).train.map((transform) => [transform.name, transform.settings]);

test('each data set has its transforms, sizes in proportion to its pictures', () => {
  expect(settingsOf('cifar10').slice(1)).toMatchObject([
    ['randomCrop', { size: 32, padding: 4, mode: 'constant' }],
    ['horizontalFlip', {}],
    ['cutout', { size: 8, probability: 0.5 }],
  ]);
  expect(settingsOf('tiny-imagenet').slice(1)).toMatchObject([
    ['randomCrop', { size: 64, padding: 8 }],
    ['horizontalFlip', {}],
    ['cutout', { size: 16 }],
  ]);
  expect(settingsOf('mnist').map(([name]) => name)).toEqual(['normalize', 'rotate']);
  expect(() => datasetTransforms('svhn' as 'mnist')).toThrow('expected name to be one of cifar10');
});

test('validation is normalized alone: grey 128 of CIFAR-10 becomes (128 / 255 - 0.4914) / 0.2023', () => {
  const images = full([1, 3, 32, 32], 128, { dtype: 'uint8' });
  const made = compose(datasetTransforms('cifar10').validation).apply(images, {
    generator: new Generator(),
  });
  expect(made.select(1, 0).mean().item()).toBeCloseTo((128 / 255 - 0.4914) / 0.2023, 5);
});

test('of training pictures nearly all are moved, half mirrored, half erased', () => {
  const images = randint({ high: 256, shape: [2000, 3, 32, 32], dtype: 'uint8' });
  const counts = new TransformCounts();
  const generator = new Generator().manualSeed(1);
  compose(datasetTransforms('cifar10').train).apply(images, { generator, onChanged: counts.add });
  const shares = Object.entries(counts.read()).map(([name, { seen, changed }]) => [
    name,
    Math.round((10 * changed) / seen) / 10,
  ]);
  expect(shares).toEqual([
    ['normalize', 1],
    ['randomCrop', 1],
    ['horizontalFlip', 0.5],
    ['cutout', 0.5],
  ]);
});
