import type { DatasetName } from '../data/datasetNames.ts';

/** Settings that say how training pictures are changed. */
interface TransformSettings {
  readonly pad?: number;
  readonly padMode?: 'reflect' | 'zeros';
  readonly flip?: boolean;
  readonly cutout?: number;
  readonly augmentation?: { rotate: { degrees: number } }[];
}

/**
 * The transforms that a published data set is trained with unless an experiment says any, as athena has
 * them: CIFAR has those of all pictures; digits are turned a little and never mirrored.
 */
export const usualTransforms: Readonly<Record<DatasetName, TransformSettings>> = {
  cifar10: {},
  cifar100: {},
  mnist: { augmentation: [{ rotate: { degrees: 5 } }] },
  'tiny-imagenet': { pad: 8, padMode: 'zeros', flip: true, cutout: 16 },
};
