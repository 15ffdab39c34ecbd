import { didYouMean, optionError } from '@ocelli/torch';
import type { AttributeSchema } from '../../data/attributeSchema.ts';
import { publishedFolder, publishedNames } from '../runFolder/publishedRun.ts';
import { type LoadOptions, loadTrainedModel, type TrainedModel } from './predictor.ts';

/**
 * Loads a network whose trained weights are published with the package, ready for evaluation. Nothing is
 * downloaded. How it was trained and how good it is stands in the README beside its weights; of its
 * `experiment` only what answering needs is on record.
 *
 * @param name one of {@link publishedNames}.
 * @throws {OptionError} if there are none of that name, with the nearest.
 * @throws {CheckpointError} if the weights are damaged.
 */
export function loadPublishedModel<const Schema extends AttributeSchema = AttributeSchema>(
  name: string,
  options: LoadOptions<Schema> = {},
): TrainedModel<Schema> {
  const folder = publishedFolder(name);
  if (folder !== undefined) return loadTrainedModel(folder, options);
  const names = publishedNames();
  const rule = `the name of published weights (${names.join(', ')})`;
  throw optionError('loadPublishedModel', 'name', rule, name, didYouMean(name, names));
}
