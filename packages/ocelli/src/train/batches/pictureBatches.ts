import { type Device, Generator } from '@ocelli/torch';
import { compose } from '../../augment/compose.ts';
import { createTransforms } from '../../augment/createTransform.ts';
import { cutout } from '../../augment/cutout.ts';
import { horizontalFlip } from '../../augment/horizontalFlip.ts';
import { normalize } from '../../augment/normalize.ts';
import { randomCrop } from '../../augment/randomCrop.ts';
import type { Transform } from '../../augment/transform.ts';
import type { PictureDataset } from '../../data/pictureDataset.ts';
import { balancedOrder, balanceWeights } from '../../data/table/balancedOrder.ts';
import type { Experiment } from '../experiment/experiment.ts';
import type { PictureFacts } from '../runData/runData.ts';
import { sampledBatches, type SampledBatchOptions } from './sampledBatches.ts';
import { sideBySide } from './sideBySide.ts';
import { schemaOf, transformedBatch } from './transformedBatch.ts';
import type { EvaluationData, TrainingData } from './trainingData.ts';

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
  const { pad, padMode, flip, cutout: side, augmentation, overfitBatch = false } = experiment;
  const { pixelRange = null } = experiment;
  const { height, width } = facts;
  const normalized = normalize({ mean: facts.mean, std: facts.std });
  if (overfitBatch) return [normalized];
  if (augmentation) return [...createTransforms(augmentation), normalized];
  const mode = padMode === 'zeros' ? 'constant' : 'reflect';
  return [
    ...(pad > 0 ? [randomCrop({ size: [height, width], padding: pad, mode })] : []),
    ...(flip ? [horizontalFlip()] : []),
    normalized,
    // Zero is the mean colour only where the mean was subtracted.
    ...(side > 0 ? [cutout({ size: side, ...(pixelRange && { fill: 'mean' as const }) })] : []),
  ];
}

export interface ShuffledBatchOptions extends BatchOptions {
  readonly seed: number;
  /**
   * How far the classes of every attribute are evened out by drawing pictures more or less often: 0 not
   * at all, towards 1 as far as the labels allow. @default 0
   */
  readonly balance?: number;
}

/**
 * Shuffled, transformed batches. Order and transforms are a pure function of (seed, epoch, step), so
 * nothing has to be saved to go on in the middle of an epoch.
 */
export function shuffledBatches(
  dataset: PictureDataset,
  options: ShuffledBatchOptions,
): TrainingData {
  const { balance = 0, ...rest } = options;
  const { seed } = rest;
  return sampledBatches(dataset, { ...rest, ...(balance > 0 && balanced(dataset, seed, balance)) });
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
        const drawing = { device, transform, generator };
        yield transformedBatch(() => dataset.at(indices), dataset.labelNames, drawing);
      }
    },
  };
}

/**
 * The shuffled and augmented batches of an experiment; with `originals`, each after one of the same
 * pictures as they are.
 */
export function trainingBatches(
  dataset: PictureDataset,
  facts: PictureFacts,
  experiment: TrainingBatchSettings,
): TrainingData {
  const { batchSize, device, seed, balance = 0, originals = false } = experiment;
  const transforms = trainingTransforms(experiment, facts);
  const options = { batchSize, device, seed, balance };
  const augmented = shuffledBatches(dataset, { ...options, transforms });
  if (!originals) return augmented;
  const { mean, std } = facts;
  const plain = shuffledBatches(dataset, { ...options, transforms: [normalize({ mean, std })] });
  return sideBySide([plain, augmented]);
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
  Partial<Pick<Experiment, 'augmentation' | 'overfitBatch' | 'pixelRange'>>;
type BatchSettings = Pick<Experiment, 'batchSize' | 'device'>;
type TrainingBatchSettings = AugmentationSettings &
  BatchSettings &
  Pick<Experiment, 'seed'> &
  Partial<Pick<Experiment, 'balance' | 'originals'>>;

/** Visits pictures as often as evens out the classes. */
function balanced(
  dataset: PictureDataset,
  seed: number,
  strength: number,
): Pick<SampledBatchOptions, 'sampler'> {
  const rows = { schema: schemaOf(dataset.labelNames), labels: dataset.labels };
  const weights = balanceWeights(rows, { strength });
  return { sampler: (epoch) => balancedOrder(weights, seed, epoch - 1) };
}
