import { arange, Generator, tensor } from '@ocelli/torch';
import { expect, test } from 'vitest';
import { bytesOfImages } from '../data/imageBytes.ts';
import { CIFAR10_CONSTANTS } from '../data/constants.ts';
import { normalize } from './normalize.ts';
import { unnormalize } from './unnormalize.ts';

test('every byte of every channel comes back from its normalized value', () => {
  const { mean, std } = CIFAR10_CONSTANTS;
  const bytes = arange({ end: 3 * 256 }, { dtype: 'int64' })
    .remainder(256)
    .to({ dtype: 'uint8' });
  const images = bytes.reshape([1, 3, 16, 16]);
  const seen = normalize({ mean, std }).apply(images, { generator: new Generator() });
  expect(bytesOfImages(unnormalize(seen, { mean, std }))).toEqual(bytesOfImages(images));
});

test('what lies beyond black and white is brought to them, in the units of the constants', () => {
  const images = tensor([[[[-2, 0, 0.5, 2]]]]); // of one channel
  const constants = { mean: [0.5], std: [0.5] };
  const shown = unnormalize(images, { ...constants, white: 1 });
  expect(shown.flatten().toArray()).toEqual([0, 0.5, 0.75, 1]);
  expect(
    unnormalize(images, { mean: [100], std: [100] })
      .flatten()
      .toArray(),
  ).toEqual([0, 100, 150, 255]);
});

test('one picture without a batch is refused', () => {
  expect(() => unnormalize(tensor([[[1]]]), { mean: [0], std: [2] })).toThrow(
    'unnormalize: expected images to be (N, C, H, W), got (1, 1, 1).',
  );
});
