import { manualSeed } from '@ocelli/torch';
import type { LabelledHead } from '../../data/labelNames.ts';
import { createModel } from '../../models/catalog.ts';
import type { ModelName } from '../../models/modelNames.ts';
import type { Experiment } from '../experiment/experiment.ts';
import type { PictureModel } from '../loss/headBatches.ts';

/**
 * The model of an experiment on its device, its weights drawn from the seed.
 *
 * @throws {OptionError} if the model is made for attributes only and there are none.
 */
export function buildModel(
  experiment: Pick<Experiment, 'seed' | 'model' | 'device'>,
  heads: readonly LabelledHead[],
): PictureModel {
  manualSeed(experiment.seed);
  const model = newModel(experiment.model, heads);
  return model.to({ device: experiment.device, memoryFormat: 'channelsLast' });
}

/**
 * The network of that name that answers these questions, its weights drawn from the current random state.
 *
 * @throws {OptionError} if it is made for attributes only and there are none.
 */
export function newModel(name: ModelName, heads: readonly LabelledHead[]): PictureModel {
  return createModel(name, answerOf(heads));
}

function answerOf(heads: readonly LabelledHead[]) {
  const [first, ...others] = heads;
  if (first?.attribute === undefined) return { numClasses: first?.classes.length ?? 0 };
  const sizes = [first, ...others].map(({ attribute = '', classes }) => [
    attribute,
    classes.length,
  ]);
  return { heads: Object.fromEntries(sizes) as Record<string, number> };
}
