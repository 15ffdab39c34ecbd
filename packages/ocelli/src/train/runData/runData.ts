import type { ImageDataset } from '../../data/imageDataset.ts';
import type { LabelNames } from '../../data/labelNames.ts';
import type { PictureDataset } from '../../data/pictureDataset.ts';
import { openPictures, type OpenPicturesOptions, type Pictures } from '../../data/openPictures.ts';
import { trainValidationSplit } from '../../data/split.ts';
import { channelStatistics, type ChannelStatistics } from '../../data/statistics.ts';
import { type DataFiles, dataFilesOf } from './dataFiles.ts';
import type { Experiment } from '../experiment/experiment.ts';
import { inputScale } from './inputScale.ts';
import { defaultValidationShare } from '../experiment/settings.ts';
import { cachedStatistics } from './statisticsCache.ts';
import { openTableData } from './tableData.ts';
import { trialParts } from './trialData.ts';

/** The pictures of a run, and what a model needs to know to see others the same way. */
export interface RunData {
  readonly train: PictureDataset;
  /** Pictures evaluated after every epoch, and what they are called. */
  readonly validation: { readonly split: string; readonly dataset: PictureDataset };
  /** The test part of the data, or what `testShare` held back; the run has seen it where it validated on it. */
  readonly test?: PictureDataset;
  readonly facts: PictureFacts;
  /** Share of the training pictures that was held back to validate on; `null` where none was. */
  readonly validationShare: number | null;
  /** Pictures left out, of all parts of the data. */
  readonly skipped: Pictures['skipped'];
  /** Pictures found in all parts of the data, those left out among them. */
  readonly foundCount: number;
  /** Sentences about what may spoil a training. */
  readonly warnings: readonly string[];
  /** The files behind the pictures, with their hashes. */
  readonly files: () => DataFiles;
  /** Writes down which row is in which part; of a table alone. */
  readonly writeSplit?: (file: string) => void;
}

/** How pictures become the model's input: stored with the run, used again for prediction. */
export interface PictureFacts {
  /** What the labels stand for. */
  readonly labelNames: LabelNames;
  /** Size of the stored pictures, in pixels. */
  readonly height: number;
  readonly width: number;
  /** What is subtracted and divided by, one value a channel (red, green, blue), 0 to 255. */
  readonly mean: readonly number[];
  readonly std: readonly number[];
  readonly trainCount: number;
  readonly validationCount: number;
}

/** What is to be told while pictures are read for the first time. */
export type DataListeners = Pick<OpenPicturesOptions, 'onDecode' | 'onDownload' | 'cacheFolder'>;

/** The options with which a run's pictures are opened, in training and in evaluation. */
export function pictureOptions(
  experiment: Pick<
    Experiment,
    'data' | 'dataset' | 'imageSize' | 'fit' | 'maxPixels' | 'onBadImage'
  >,
  listeners: DataListeners = {},
): OpenPicturesOptions {
  const { data, dataset, imageSize, fit, maxPixels, onBadImage } = experiment;
  return {
    ...listeners,
    maxPixels,
    onBadImage,
    ...(data !== null && { path: data }),
    ...(dataset !== null && { dataset }),
    ...(imageSize !== null && { size: imageSize, fit }),
  };
}

/**
 * Opens the pictures of an experiment and chooses what to train and what to validate on: the data's
 * own validation part, else its test part, else a share held back from training. Asked for, a share is
 * always held back, so that the test part stays unseen.
 *
 * @param listeners.splitFile of a table, the stored split to use instead of a new one.
 * @throws {DataError} for everything that can be wrong with the data.
 */
export async function openRunData(
  experiment: Experiment,
  listeners: DataListeners & { readonly splitFile?: string } = {},
): Promise<RunData> {
  if (experiment.table !== null) return openTableData(experiment, experiment.table, listeners);
  const pictures = await openPictures(pictureOptions(experiment, listeners));
  const parts = partsOf(pictures, experiment);
  const { validationShare } = parts;
  const own = () => pictures.constants ?? measured(pictures, parts.train);
  const { mean, std } = inputScale(experiment, own);
  const { train, validation } = trialParts(parts, experiment);
  const [, height, width] = train.imageShape;
  const { classes, skipped, test } = pictures;
  const labelNames = { classes };
  const counts = { trainCount: train.length, validationCount: validation.dataset.length };
  const facts = { labelNames, height, width, mean, std, ...counts };
  const foundCount = picturesFound(pictures);
  const files = (): DataFiles => dataFilesOf(pictures.cacheEntry);
  const warnings = mirroredDigits(pictures, experiment);
  const counted = { skipped, foundCount, facts, warnings, files };
  return { train, validation, ...(test && { test }), validationShare, ...counted };
}

/** Usual transforms go by the name of a data set; of files one has no name is given, and digits are found later. */
function mirroredDigits({ dataset }: Pictures, { flip }: Experiment): string[] {
  if (dataset !== 'mnist' || !flip) return [];
  return ['these are digits, and a mirrored digit is another one: train with --no-flip.'];
}

/** How many pictures there are in all parts of the data, those left out among them. */
export function picturesFound({ train, validation, test, skipped }: Pictures): number {
  return train.length + (validation?.length ?? 0) + (test?.length ?? 0) + skipped.length;
}

function partsOf(
  pictures: Pictures,
  { validationShare, seed }: Experiment,
): {
  train: ImageDataset;
  validation: { split: string; dataset: ImageDataset };
  validationShare: number | null;
} {
  const { train, validation, test } = pictures;
  if (validationShare === null) {
    const none = { train, validationShare: null };
    if (validation) return { ...none, validation: { split: 'validation', dataset: validation } };
    if (test) return { ...none, validation: { split: 'test', dataset: test } };
  }
  const share = validationShare ?? defaultValidationShare;
  const parts = trainValidationSplit(train, { validationShare: share, seed });
  const held = { split: 'validation', dataset: parts.validation };
  return { train: parts.train, validation: held, validationShare: share };
}

/** Measured on what is trained on alone: statistics that have seen the held-back part flatter it. */
function measured(pictures: Pictures, train: ImageDataset): ChannelStatistics {
  const isWhole = train === pictures.train;
  return isWhole ? cachedStatistics(train, pictures.cacheEntry) : channelStatistics(train);
}
