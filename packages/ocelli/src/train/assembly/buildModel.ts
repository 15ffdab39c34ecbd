import { manualSeed } from '@ocelli/torch';
import type { LabelledHead } from '../../data/labelNames.ts';
import { createModel } from '../../models/catalog.ts';
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
  const model = createModel(experiment.model, answerOf(heads));
  return model.to({ device: experiment.device, memoryFormat: 'channelsLast' });
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
