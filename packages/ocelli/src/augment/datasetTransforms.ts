import { optionError } from '@ocelli/torch';
import { type ChannelConstants, storedConstants } from '../data/constants.ts';
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

/** As athena has them: of CIFAR-10 the deviation is that of pictures on average, not of all pixels. */
const constants = {
  cifar10: storedConstants['cifar10-image-deviations'],
  cifar100: storedConstants.cifar100,
  mnist: storedConstants.mnist,
  'tiny-imagenet': storedConstants['tiny-imagenet'],
} as const satisfies Record<DatasetName, ChannelConstants>;

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
  const { mean, std } = constants[name];
  const validation = [normalize({ mean, std })];
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
