import type { ImageDataset } from '../data/imageDataset.ts';
import { openPictures, type OpenPicturesOptions, type Pictures } from '../data/openPictures.ts';
import { trainValidationSplit } from '../data/split.ts';
import { channelStatistics, type ChannelStatistics } from '../data/statistics.ts';
import type { Experiment } from './experiment.ts';
import { cachedStatistics } from './statisticsCache.ts';

/** The pictures of a run, and what a model needs to know to see others the same way. */
export interface RunData {
  readonly train: ImageDataset;
  /** Pictures evaluated after every epoch, and what they are called. */
  readonly validation: { readonly split: string; readonly dataset: ImageDataset };
  readonly facts: PictureFacts;
  readonly skipped: Pictures['skipped'];
}

/** How pictures become the model's input: stored with the run, used again for prediction. */
export interface PictureFacts {
  readonly classes: readonly string[];
  /** Size of the stored pictures, in pixels. */
  readonly height: number;
  readonly width: number;
  /** What is subtracted and divided by, one value a channel (red, green, blue), 0 to 255. */
  readonly mean: readonly number[];
  readonly std: readonly number[];
  readonly trainCount: number;
  readonly validationCount: number;
}

/** Share of the training pictures held back where the data has no other part to validate on. */
const shareHeldBack = 0.15;

/** What is to be told while pictures are read for the first time. */
export type DataListeners = Pick<OpenPicturesOptions, 'onDecode' | 'onDownload' | 'cacheFolder'>;

/** The options with which a run's pictures are opened, in training and in evaluation. */
export function pictureOptions(
  experiment: Pick<Experiment, 'data' | 'dataset' | 'imageSize' | 'onBadImage'>,
  listeners: DataListeners = {},
): OpenPicturesOptions {
  const { data, dataset, imageSize, onBadImage } = experiment;
  return {
    ...listeners,
    onBadImage,
    ...(data !== null && { path: data }),
    ...(dataset !== null && { dataset }),
    ...(imageSize !== null && { size: imageSize }),
  };
}

/**
 * Opens the pictures of an experiment and chooses what to train and what to validate on: the data's
 * own validation part, else its test part, else a share held back from training. Asked for, a share is
 * always held back, so that the test part stays unseen.
 *
 * @throws {DataError} for everything that can be wrong with the data.
 */
export async function openRunData(
  experiment: Experiment,
  listeners: DataListeners = {},
): Promise<RunData> {
  const pictures = await openPictures(pictureOptions(experiment, listeners));
  const { train, validation } = partsOf(pictures, experiment);
  const { mean, std } = pictures.constants ?? measured(pictures, train);
  const [, height, width] = train.imageShape;
  const { classes, skipped } = pictures;
  const counts = { trainCount: train.length, validationCount: validation.dataset.length };
  return { train, validation, skipped, facts: { classes, height, width, mean, std, ...counts } };
}

function partsOf(
  pictures: Pictures,
  { validationShare, seed }: Experiment,
): Pick<RunData, 'train' | 'validation'> {
  const { train, validation, test } = pictures;
  if (validationShare === null) {
    if (validation) return { train, validation: { split: 'validation', dataset: validation } };
    if (test) return { train, validation: { split: 'test', dataset: test } };
  }
  const share = validationShare ?? shareHeldBack;
  const parts = trainValidationSplit(train, { validationShare: share, seed });
  return { train: parts.train, validation: { split: 'validation', dataset: parts.validation } };
}

/** Measured on what is trained on alone: statistics that have seen the held-back part flatter it. */
function measured(pictures: Pictures, train: ImageDataset): ChannelStatistics {
  const isWhole = train === pictures.train;
  return isWhole ? cachedStatistics(train, pictures.cacheEntry) : channelStatistics(train);
}
