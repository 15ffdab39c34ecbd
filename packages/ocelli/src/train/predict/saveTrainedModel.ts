import { existsSync, mkdirSync } from 'node:fs';
import {
  type AnyModule,
  type DType,
  getRandomState,
  noGrad,
  OptionError,
  optionError,
  scope,
  setRandomState,
  type Tensor,
} from '@ocelli/torch';
import { headsOf } from '../../data/labelNames.ts';
import type { ModelName } from '../../models/modelNames.ts';
import { mayMisfit, refuseMisfittingPictures } from '../../models/refusePictures.ts';
import type { PictureShape } from '../../models/trace.ts';
import { newModel } from '../assembly/buildModel.ts';
import { saveWeights, type WeightsFacts } from '../checkpoints/weights.ts';
import { type ExperimentInput, resolveExperiment } from '../experiment/experiment.ts';
import type { PictureFacts } from '../runData/runData.ts';
import { writeJsonDurably } from '../runFolder/durableFile.ts';
import { type RunFolder, writeLabels } from '../runFolder/runFolder.ts';

/** What has to be known about a trained model, so that it answers wherever its folder is. */
export interface TrainedModelFacts extends WeightsFacts {
  /** Settings it was trained with, its name in the catalog among them. */
  readonly experiment: ExperimentInput & { readonly model: ModelName };
  /** How pictures become its input, and what its outputs stand for. */
  readonly pictures: PictureFacts;
  /**
   * How filters and matrices are stored; vectors (offsets, statistics) are always stored as they are.
   * @default as they are
   */
  readonly dtype?: Extract<DType, 'float16' | 'bfloat16'>;
}

/**
 * Writes a model that was trained in a loop of one's own as the least that a run folder has to have:
 * `experiment.json`, `labels.json`, and its weights as the best ones. `loadTrainedModel`, `ocelli predict`,
 * `explain`, `evaluate` and `--start-from` take it as they take any run; with a `README.md` it may be
 * published. Only what is given stands in `experiment.json`.
 *
 * @param folder from `createRunFolder`, or `runFolderAt` of any folder that has no run yet.
 * @throws {OptionError} if there is one, a setting is unknown, pictures of that size do not fit the network, or
 *   a weight is too large for `dtype`.
 * @throws {CheckpointError} if the weights are not those of the catalog's network of that name.
 * @example
 * saveTrainedModel(createRunFolder('runs', 'mine'), model, {
 *   experiment: { model: 'resnet20', data: 'pictures', seed },
 *   pictures: { labelNames: { classes }, height: 32, width: 32, mean, std, trainCount, validationCount },
 *   epoch: 20,
 *   step,
 * });
 */
export function saveTrainedModel(
  folder: RunFolder,
  model: AnyModule,
  facts: TrainedModelFacts,
): void {
  const { experiment, pictures, dtype, epoch, step } = facts;
  if (existsSync(folder.experiment)) {
    throw new OptionError(
      `saveTrainedModel: expected a folder without a run, got ${folder.path}. Choose another one.`,
    );
  }
  resolveExperiment(experiment, { where: 'saveTrainedModel' });
  scope(() => {
    const state = stored(copied(model, facts), dtype);
    mkdirSync(folder.weights, { recursive: true });
    writeLabels(folder, pictures.labelNames);
    saveWeights(folder.weights, 'best', { model: { stateDict: () => state }, epoch, step });
  });
  // Last: what has it is a run.
  writeJsonDurably(folder.experiment, { experiment, pictures });
}

/** The catalog's network with these weights; random numbers go on as if it had not been made. */
function copied(model: AnyModule, { experiment, pictures }: TrainedModelFacts): AnyModule {
  const state = getRandomState();
  const copy = newModel(experiment.model, headsOf(pictures.labelNames));
  setRandomState(state);
  copy.loadStateDict(model.stateDict());
  const picture: PictureShape = [3, pictures.height, pictures.width];
  if (mayMisfit(experiment.model, picture)) {
    refuseMisfittingPictures(copy, picture, 'saveTrainedModel');
  }
  return copy;
}

function stored(model: AnyModule, dtype: TrainedModelFacts['dtype']): Map<string, Tensor> {
  if (dtype === undefined) return model.stateDict();
  const entries = [...model.stateDict()].map(([key, tensor]): [string, Tensor] => {
    if (tensor.dim < 2) return [key, tensor];
    const rounded = noGrad(() => tensor.to({ dtype }));
    if (rounded.isFinite().all().item() === 1) return [key, rounded];
    throw optionError('saveTrainedModel', 'dtype', `one that holds all numbers of ${key}`, dtype);
  });
  return new Map(entries);
}
