import { checkNormalization } from '../data/statistics.ts';
import type { Experiment } from '../train/experiment/experiment.ts';
import { disposeBatch } from '../train/batches/trainingData.ts';
import { trainingBatches } from '../train/batches/pictureBatches.ts';
import type { RunData } from '../train/runData/runData.ts';

/** What a model would see first, in numbers. */
export interface InputCheck {
  /** One line for the banner. */
  readonly line: string;
  /** Set if the numbers are not what a network can learn from. */
  readonly warning?: string;
}

const withoutAugmentation = {
  augmentation: null,
  balance: 0,
  pad: 0,
  padMode: null,
  flip: false,
  cutout: 0,
} as const;

/**
 * Mean and deviation of the first normalized batch, before any augmentation: near 0 and near 1 unless
 * the pixels have another range than the constants they are normalized with. Where a range was asked
 * for, it says what there is.
 */
export function checkInput(
  { train, facts }: Pick<RunData, 'train' | 'facts'>,
  { seed, pixelRange }: Pick<Experiment, 'seed' | 'pixelRange'>,
): InputCheck | undefined {
  const settings = { ...withoutAugmentation, batchSize: 512, device: 'cpu', seed };
  // Shuffled, for pictures in their stored order are often all of one class.
  for (const batch of trainingBatches(train, facts, settings).batches(1, 0)) {
    const { mean, std, plausible } = checkNormalization(batch.images);
    disposeBatch(batch);
    const [means, deviations] = [mean, std].map((values) => values.map(short).join(' '));
    const how = pixelRange === null ? 'normalized' : `scaled to ${pixelRange.join(' to ')}`;
    const line = `first pictures, ${how}: mean ${means}, deviation ${deviations}`;
    const warning = `${line}; expected about 0 and 1. Are these the right pictures for the constants?`;
    return plausible || pixelRange !== null ? { line } : { line, warning };
  }
  return undefined;
}

function short(value: number): string {
  return value.toFixed(2);
}
