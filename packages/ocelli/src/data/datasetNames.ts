/** The published data sets that are known by name. */
export const datasetNames = ['cifar10', 'cifar100', 'mnist', 'tiny-imagenet'] as const;

/** One of them. */
export type DatasetName = (typeof datasetNames)[number];
