import { optionError } from '@ocelli/torch';
import { type DatasetName, datasetNames } from '../data/datasetNames.ts';
import { cutout } from './cutout.ts';
import { horizontalFlip } from './horizontalFlip.ts';
import { normalize } from './normalize.ts';
import { randomCrop } from './randomCrop.ts';
import { rotate } from './rotate.ts';
import type { Transform } from './transform.ts';

/** What a data set's pictures go through on their way to a model. */
export interface DatasetTransforms {
  readonly train: Transform[];
  /** Nothing random. */
  readonly validation: Transform[];
}

/**
 * Mean and deviation of each channel, in shares of white, as athena has them: of CIFAR the deviation is that of
 * pictures on average, which is smaller than the one of all pixels that experiments measure.
 */
const constants = {
  cifar10: { mean: [0.4914, 0.4822, 0.4465], std: [0.2023, 0.1994, 0.201] },
  cifar100: { mean: [0.5071, 0.4866, 0.4409], std: [0.2673, 0.2564, 0.2762] },
  mnist: { mean: [0.1307, 0.1307, 0.1307], std: [0.3081, 0.3081, 0.3081] },
  'tiny-imagenet': { mean: [0.4802, 0.4481, 0.3975], std: [0.2296, 0.2263, 0.2255] },
} as const;

/**
 * The usual transforms of a data set, for bytes of 0 to 255: normalized, then, for training, padded by an
 * eighth of the side with the mean colour, cut back, mirrored, and half of the pictures get a square hole of
 * a quarter of the side. Digits are only turned, by up to 5 degrees: mirrored ones are others.
 *
 * Decoded digits are grey in three channels.
 *
 * @throws {OptionError} if the data set has none.
 */
export function datasetTransforms(name: DatasetName): DatasetTransforms {
  if (!datasetNames.includes(name)) {
    const rule = `one of ${datasetNames.join(', ')}`;
    throw optionError('datasetTransforms', 'name', rule, name);
  }
  const [mean, std] = [constants[name].mean, constants[name].std].map((values) =>
    values.map((value) => 255 * value),
  );
  const validation = [normalize({ mean: mean ?? [], std: std ?? [] })];
  if (name === 'mnist') return { validation, train: [...validation, rotate({ degrees: 5 })] };
  const side = name === 'tiny-imagenet' ? 64 : 32;
  return {
    validation,
    train: [
      ...validation,
      randomCrop({ size: side, padding: side / 8, mode: 'constant' }),
      horizontalFlip(),
      cutout({ size: side / 4, probability: 0.5 }),
    ],
  };
}
