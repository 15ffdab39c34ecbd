import type { PictureDataset } from '../../data/pictureDataset.ts';
import { openPictures } from '../../data/openPictures.ts';
import { channelStatistics } from '../../data/statistics.ts';
import type { SkippedPicture } from '../../data/manifest.ts';
import type { Experiment } from '../experiment/experiment.ts';
import { inputScale } from './inputScale.ts';
import { type DataListeners, type PictureFacts, pictureOptions } from './runData.ts';
import { openWholeTable } from './tableData.ts';

/** Every labelled picture that an experiment could be trained on, each once. */
export interface WholeData {
  /** The path that was opened. */
  readonly source: string;
  readonly dataset: PictureDataset;
  readonly facts: PictureFacts;
  /** What a table calls a picture. */
  readonly nameOf: (index: number) => string;
  /** Columns of numbers, one a picture: those with the same number show the same. */
  readonly together: readonly Int32Array[];
  readonly skipped: readonly SkippedPicture[];
}

/**
 * Opens all rows of an experiment's table, or the training part of its folders, undivided.
 *
 * @throws {DataError} for everything that can be wrong with the data.
 */
export async function openWholeData(
  experiment: Experiment,
  listeners: DataListeners = {},
): Promise<WholeData> {
  if (experiment.table !== null) {
    const { all, table, twins, skipped } = await openWholeTable(
      experiment,
      experiment.table,
      listeners,
    );
    return {
      source: experiment.table,
      dataset: all,
      facts: factsOf(all, experiment),
      nameOf: (index) => table.pathOf(index),
      together: [twins, ...(table.groups ? [table.groups] : [])],
      skipped,
    };
  }
  const { train, skipped } = await openPictures(pictureOptions(experiment, listeners));
  const nameOf = (index: number): string => train.nameOf(index);
  const source = experiment.data ?? experiment.dataset ?? 'pictures';
  return {
    source,
    dataset: train,
    facts: factsOf(train, experiment),
    nameOf,
    together: [],
    skipped,
  };
}

function factsOf(dataset: PictureDataset, experiment: Experiment): PictureFacts {
  const [, height, width] = dataset.imageShape;
  const { mean, std } = inputScale(experiment, () => channelStatistics(dataset));
  const counts = { trainCount: dataset.length, validationCount: 0 };
  return { labelNames: dataset.labelNames, height, width, mean, std, ...counts };
}
