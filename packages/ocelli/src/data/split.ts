import { optionError } from '@ocelli/torch';
import type { ImageDataset } from './imageDataset.ts';
import { permutation } from './randomOrder.ts';

/** How many pictures are held back from training, and which. */
export interface SplitOptions {
  /** Share of the pictures for validation, between 0 and 1. */
  validationShare: number;
  /** Which pictures those are; the same seed always gives the same ones. @default 0 */
  seed?: number;
  /** Take the share from every class, so that both parts have the same mix. @default true */
  stratified?: boolean;
}

/** Two parts of a data set that share no picture. */
export interface TrainValidation {
  readonly train: ImageDataset;
  readonly validation: ImageDataset;
}

/**
 * Splits a data set into training and validation part, a pure function of data set and options.
 *
 * The validation part gets `round(share · n)` pictures, of every class when stratified (a class with
 * one picture keeps it for training). Both parts keep the data set's order.
 *
 * @throws {OptionError} if the share leaves one of the parts empty.
 */
export function trainValidationSplit(
  dataset: ImageDataset,
  options: SplitOptions,
): TrainValidation {
  const { validationShare, seed = 0, stratified = true } = options;
  if (!(validationShare > 0 && validationShare < 1)) throw badShare(validationShare);
  const order = permutation(seed, 0, dataset.length);
  const groups = stratified ? byClass(dataset, order) : [[...order]];
  const chosen = groups.flatMap((group) => {
    const wanted = Math.round(validationShare * group.length);
    return group.slice(0, Math.min(wanted, group.length - 1));
  });
  if (chosen.length === 0) throw badShare(validationShare);
  const held = new Set(chosen);
  const all = Int32Array.from({ length: dataset.length }, (_, i) => i);
  return {
    train: dataset.subset(all.filter((index) => !held.has(index))),
    validation: dataset.subset(all.filter((index) => held.has(index))),
  };
}

function byClass(dataset: ImageDataset, order: Int32Array): number[][] {
  const groups: number[][] = dataset.classes.map(() => []);
  for (const index of order) groups[dataset.labels[index] ?? 0]?.push(index);
  return groups.filter((group) => group.length > 0);
}

function badShare(got: number): Error {
  return optionError(
    'trainValidationSplit',
    'validationShare',
    'between 0 and 1, leaving pictures for both parts',
    got,
  );
}
