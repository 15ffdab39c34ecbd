import type { PictureDataset } from '../../data/pictureDataset.ts';
import type { Experiment } from '../experiment/experiment.ts';

/** Steps of a run that only looks whether everything works. */
const devSteps = 2;

/** What a run learns from and what it is measured on. */
interface Parts {
  readonly train: PictureDataset;
  readonly validation: { readonly split: string; readonly dataset: PictureDataset };
}

/**
 * The few pictures of a trial: of a fast dev run two steps and one batch of validation, of an over-fit
 * test one batch that is validated on as well. All other runs keep all of theirs.
 */
export function trialParts<Given extends Parts>(
  parts: Given,
  { fastDevRun, overfitBatch, batchSize, seed }: TrialSettings,
): Parts {
  if (overfitBatch) {
    const batch = some(parts.train, batchSize, seed);
    return { train: batch, validation: { split: 'same', dataset: batch } };
  }
  const { train, validation } = parts;
  if (!fastDevRun) return { train, validation };
  return {
    train: some(train, devSteps * batchSize, seed),
    validation: { split: validation.split, dataset: some(validation.dataset, batchSize, seed) },
  };
}

export type TrialSettings = Pick<Experiment, 'fastDevRun' | 'overfitBatch' | 'batchSize' | 'seed'>;

/** Drawn, since the first pictures of a folder are all of one class. */
function some(dataset: PictureDataset, count: number, seed: number): PictureDataset {
  if (count >= dataset.length) return dataset;
  return dataset.subset(dataset.order({ shuffle: true, seed }).slice(0, count));
}
