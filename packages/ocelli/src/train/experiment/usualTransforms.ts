import type { DatasetName } from '../../data/datasetNames.ts';

/** Settings that say how training pictures are changed. */
interface TransformSettings {
  readonly pad?: number;
  readonly padMode?: 'reflect' | 'zeros';
  readonly flip?: boolean;
  readonly cutout?: number;
  readonly augmentation?: readonly object[];
}

/** Of CIFAR they are those of all pictures; digits are never mirrored, and larger pictures padded by more. */
const usual: Readonly<Record<DatasetName, TransformSettings>> = {
  cifar10: {},
  cifar100: {},
  mnist: { augmentation: [{ rotate: { degrees: 5 } }] },
  'tiny-imagenet': { pad: 8, padMode: 'zeros', flip: true, cutout: 16 },
};

/** Settings among which are those of transforms, and what says which pictures are meant. */
interface Given extends TransformSettings {
  readonly dataset?: DatasetName;
  readonly data?: string;
  readonly table?: string;
}

/**
 * Adds the transforms that a published data set is trained with, as athena has them, unless anything is said
 * about transforms.
 */
export function withUsualTransforms<Settings extends Given>(given: Settings): Settings {
  const { dataset, data, table, pad, padMode, flip, cutout, augmentation } = given;
  const said = [data, table, pad, padMode, flip, cutout, augmentation];
  if (dataset === undefined || said.some((value) => value !== undefined)) return given;
  return { ...given, ...usual[dataset] };
}
