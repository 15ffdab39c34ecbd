import {
  Conv2d,
  Dropout,
  Flatten,
  Linear,
  manualSeed,
  type Module,
  randint,
  ReLU,
  Sequential,
  SGD,
} from '@ocelli/torch';
import { ImageDataset } from '../src/data/imageDataset.ts';
import type { FitOptions } from '../src/train/loop/fit.ts';
import { classificationLoss } from '../src/train/loss/loss.ts';
import {
  evaluationBatches,
  shuffledBatches,
  trainingTransforms,
} from '../src/train/batches/pictureBatches.ts';

const classes = ['bright', 'dark', 'mixed'];

const facts = {
  labelNames: { classes },
  height: 8,
  width: 8,
  mean: [128, 128, 128],
  std: [64, 64, 64],
  trainCount: 21,
  validationCount: 11,
};

/** Noise pictures of 8×8 with three labels; the same ones for the same seed. */
export function noisePictures(count: number, seed = 0): ImageDataset {
  manualSeed(seed);
  return new ImageDataset({
    pixels: randint({ high: 256, shape: [count, 8, 8, 3], dtype: 'uint8' }),
    labels: Int32Array.from({ length: count }, (_, index) => index % 3),
    classes,
    nameOf: (row) => `noise/${row}.png`,
  });
}

/** A network that learns something, has dropout, and takes no time. */
export function tinyModel(seed = 0): Module {
  manualSeed(seed);
  return new Sequential(
    new Conv2d(3, 4, 3, { padding: 1 }),
    new ReLU(),
    new Flatten(),
    new Dropout({ p: 0.2 }),
    new Linear(4 * 8 * 8, 3),
  );
}

type Changes = Partial<Omit<FitOptions, 'optimizer'>> & { optimizer?: SGD };

/** Everything `fit` needs for 21 pictures in batches of 5 (five steps, the last one of one picture). */
export function tinyTraining(changes: Changes = {}) {
  const { model = tinyModel() } = changes;
  const optimizer = new SGD(model.parameters(), { lr: 0, momentum: 0.9, nesterov: true });
  const augmentation = {
    augmentation: null,
    pad: 2,
    padMode: 'reflect',
    flip: true,
    cutout: 0,
  } as const;
  const transforms = trainingTransforms(augmentation, facts);
  const shared = { batchSize: 5, device: 'cpu' };
  return {
    model,
    optimizer,
    loss: classificationLoss({ reduction: 'sum' }),
    data: shuffledBatches(noisePictures(21), { ...shared, seed: 3, transforms }),
    validation: { split: 'test', data: evaluationBatches(noisePictures(11, 1), facts, shared) },
    epochs: 3,
    lrAt: () => 0.05,
    seed: 3,
    ...changes,
  };
}
