// A network and pictures to train it on, put together as `ocelli train` does it.
import { randint } from '@ocelli/torch';
import {
  assemble,
  countedHeads,
  type Assembled,
  CIFAR10_CONSTANTS,
  ImageDataset,
  openPictures,
  type PictureFacts,
  resolveExperiment,
  trainingBatches,
  type TrainingData,
} from 'ocelli';

const classes = ['plane', 'car', 'bird', 'cat', 'deer', 'dog', 'frog', 'horse', 'ship', 'truck'];

export interface TrainingOptions {
  /** Pictures in an epoch. */
  pictures: number;
  batchSize: number;
  /** Real pictures; without them noise of the same size, which takes the same time. */
  data?: string;
}

/** What is trained. */
export interface NetworkOptions {
  /** Its name in the catalog. */
  model: string;
  /** Side of a picture, in pixels. */
  size: number;
}

type PictureOptions = TrainingOptions & NetworkOptions;

/** The default recipe for the given pictures. */
export interface Training extends Assembled {
  readonly data: TrainingData;
}

/** Puts together what `fit` needs to train DavidNet. */
export function davidnetTraining(options: TrainingOptions): Promise<Training> {
  return networkTraining({ ...options, model: 'davidnet', size: 32 });
}

/** Puts together what `fit` needs. */
export async function networkTraining(options: PictureOptions): Promise<Training> {
  const { model } = options;
  const experiment = resolveExperiment({ model, batchSize: options.batchSize });
  const pictures = options.data === undefined ? noise(options) : await real(options);
  const data = trainingBatches(pictures, factsOf(pictures), experiment);
  const { stepsPerEpoch, batchSize } = data;
  const sizes = { heads: countedHeads(pictures), stepsPerEpoch, batchSize };
  return { ...assemble(experiment, sizes), data };
}

function noise({ pictures: count, size }: PictureOptions): ImageDataset {
  const pixels = randint({ high: 256, shape: [count, size, size, 3], dtype: 'uint8' });
  const labels = Int32Array.from({ length: count }, (_, index) => index % classes.length);
  return new ImageDataset({ pixels, labels, classes, nameOf: (row) => `noise ${row}` });
}

async function real({ data, pictures, size }: PictureOptions): Promise<ImageDataset> {
  const { train } = await openPictures({ ...(data !== undefined && { path: data }), size });
  const wanted = Math.min(pictures, train.length);
  return train.subset(Int32Array.from({ length: wanted }, (_, index) => index));
}

function factsOf(pictures: ImageDataset): PictureFacts {
  const { mean, std } = CIFAR10_CONSTANTS;
  const [, height, width] = pictures.imageShape;
  const counts = { trainCount: pictures.length, validationCount: 0 };
  return { labelNames: pictures.labelNames, height, width, mean, std, ...counts };
}
