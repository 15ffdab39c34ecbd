import { type Device, Generator, OptionError, scope } from '@ocelli/torch';
import { augmentBatch } from '../augment/augmentBatch.ts';
import { compose } from '../augment/compose.ts';
import { createTransforms } from '../augment/createTransform.ts';
import { cutout } from '../augment/cutout.ts';
import { horizontalFlip } from '../augment/horizontalFlip.ts';
import { checkLabelEffects } from '../augment/labelEffect.ts';
import { normalize } from '../augment/normalize.ts';
import { randomCrop } from '../augment/randomCrop.ts';
import type { Transform } from '../augment/transform.ts';
import type { AttributeSchema } from '../data/attributeSchema.ts';
import type { LabelNames } from '../data/labelNames.ts';
import type { PictureDataset } from '../data/pictureDataset.ts';
import { mixSeed } from '../data/randomOrder.ts';
import type { Experiment } from './experiment.ts';
import type { PictureFacts } from './runData.ts';
import type { Batch, EvaluationData, TrainingData } from './trainingData.ts';

/** What turns stored pictures into batches. */
export interface BatchOptions {
  readonly batchSize: number;
  /** Applied in this order; the last result is what the model sees. */
  readonly transforms: readonly Transform[];
  /** Where transforms and model work. @default 'cpu' */
  readonly device?: Device;
}

/**
 * The transforms of a run's training pictures. Padding adds black or reflected pixels before the
 * pictures are normalized; cutout comes after, so that its squares have the mean colour.
 */
export function trainingTransforms(
  experiment: AugmentationSettings,
  facts: PictureFacts,
): Transform[] {
  const { pad, padMode, flip, cutout: side, augmentation } = experiment;
  const { height, width } = facts;
  const normalized = normalize({ mean: facts.mean, std: facts.std });
  if (augmentation) return [...createTransforms(augmentation), normalized];
  const mode = padMode === 'zeros' ? 'constant' : 'reflect';
  return [
    ...(pad > 0 ? [randomCrop({ size: [height, width], padding: pad, mode })] : []),
    ...(flip ? [horizontalFlip()] : []),
    normalized,
    ...(side > 0 ? [cutout({ size: side })] : []),
  ];
}

/**
 * Shuffled, transformed batches. Order and transforms are a pure function of (seed, epoch, step), so
 * nothing has to be saved to go on in the middle of an epoch.
 */
export function shuffledBatches(
  dataset: PictureDataset,
  options: BatchOptions & { readonly seed: number },
): TrainingData {
  const { batchSize, seed, device = 'cpu', transforms } = options;
  const transform = compose(transforms);
  checkLabelEffects(transforms, schemaOf(dataset.labelNames));
  const stepsPerEpoch = dataset.batchCount({ batchSize });
  const generator = new Generator({ device });
  return {
    batchSize,
    stepsPerEpoch,
    sampleCount: dataset.length,
    nameOf: (index) => dataset.nameOf(index),
    *batches(epoch, firstStep) {
      const order = dataset.order({ shuffle: true, seed, epoch: epoch - 1 });
      for (let step = firstStep; step < stepsPerEpoch; step++) {
        generator.manualSeed(mixSeed(seed, epoch, step));
        const indices = order.slice(step * batchSize, (step + 1) * batchSize);
        yield transformed(dataset, indices, { device, transform, generator, epoch });
      }
    },
  };
}

/** All pictures in order, transformed, each once. */
export function orderedBatches(dataset: PictureDataset, options: BatchOptions): EvaluationData {
  const { batchSize, device = 'cpu', transforms } = options;
  const transform = compose(transforms);
  const generator = new Generator({ device });
  return {
    sampleCount: dataset.length,
    labelNames: dataset.labelNames,
    *batches() {
      const order = dataset.order();
      for (let start = 0; start < order.length; start += batchSize) {
        const indices = order.slice(start, start + batchSize);
        yield transformed(dataset, indices, { device, transform, generator });
      }
    },
  };
}

/** The shuffled and augmented batches of an experiment. */
export function trainingBatches(
  dataset: PictureDataset,
  facts: PictureFacts,
  experiment: AugmentationSettings & BatchSettings & Pick<Experiment, 'seed'>,
): TrainingData {
  const { batchSize, device, seed } = experiment;
  const transforms = trainingTransforms(experiment, facts);
  return shuffledBatches(dataset, { batchSize, device, seed, transforms });
}

/** The batches on which a model is measured: nothing random, every picture once. */
export function evaluationBatches(
  dataset: PictureDataset,
  facts: Pick<PictureFacts, 'mean' | 'std'>,
  experiment: BatchSettings,
): EvaluationData {
  const { batchSize, device } = experiment;
  const { mean, std } = facts;
  return orderedBatches(dataset, { batchSize, device, transforms: [normalize({ mean, std })] });
}

type AugmentationSettings = Pick<Experiment, 'pad' | 'padMode' | 'flip' | 'cutout'> &
  Partial<Pick<Experiment, 'augmentation'>>;
type BatchSettings = Pick<Experiment, 'batchSize' | 'device'>;

interface Drawing {
  readonly transform: Transform;
  readonly device: Device;
  readonly generator: Generator;
  readonly epoch?: number;
}

function transformed(dataset: PictureDataset, indices: Int32Array, drawing: Drawing): Batch {
  const { device, transform, ...context } = drawing;
  return scope(() => {
    const raw = dataset.at(indices);
    const given = { images: raw.images.to({ device }), labels: raw.labels.to({ device }) };
    const schema = schemaOf(dataset.labelNames);
    const { images, labels, mix } = augmentBatch(given, transform, { ...context, indices, schema });
    if (mix) throw mixedLabels();
    return { images, labels, indices };
  });
}

function schemaOf(names: LabelNames): AttributeSchema {
  return 'classes' in names ? { class: names.classes } : names.attributes;
}

/** The losses of the loop take one label a picture; a mixed picture would be taught half a truth. */
function mixedLabels(): OptionError {
  return new OptionError(
    'augmentation: expected no mixup and no cutmix in these batches, which have one label a picture. ' +
      'Mix in a loop of your own, with augmentBatch.',
  );
}
