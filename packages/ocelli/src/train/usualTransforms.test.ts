import { expect, test } from 'vitest';
import { resolveExperiment } from './experiment.ts';

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
