import { readFile } from 'node:fs/promises';
import { fromTypedArray, Generator, inferenceMode, type Module, scope } from '@ocelli/torch';
import { normalize } from '../augment/normalize.ts';
import { decodePicture } from '../data/decodePicture.ts';
import { buildModel } from './assemble.ts';
import type { Experiment } from './experiment.ts';
import type { PictureFacts } from './runData.ts';
import { readLabels, type RunFolder } from './runFolder.ts';
import { readRunRecord } from './runRecord.ts';
import { loadWeights, type WeightsFacts, type WeightsName } from './weights.ts';

/** A trained model as its run left it. */
export interface TrainedModel {
  readonly model: Module;
  readonly experiment: Experiment;
  readonly pictures: PictureFacts;
  /** Names in the order of the logits. */
  readonly classes: readonly string[];
  /** Which epoch the weights are from. */
  readonly weights: WeightsFacts;
}

export interface LoadOptions {
  /** @default 'best' */
  weights?: WeightsName;
  /** @default the device of the run */
  device?: string;
}

/**
 * Loads a trained model from its run folder, ready for evaluation.
 *
 * @throws {CheckpointError} if the weights are missing, damaged, or of another model.
 */
export function loadTrainedModel(folder: RunFolder, options: LoadOptions = {}): TrainedModel {
  const { experiment, pictures } = readRunRecord(folder);
  const { weights = 'best', device = experiment.device } = options;
  const classes = readLabels(folder);
  const model = buildModel({ ...experiment, device }, classes.length).eval();
  const facts = loadWeights(folder.weights, weights, model);
  return { model, classes, pictures, weights: facts, experiment: { ...experiment, device } };
}

/** One label and how likely it is, from 0 to 1. */
export interface LabelProbability {
  readonly label: string;
  readonly probability: number;
}

/**
 * What a trained model says about a picture file, the most likely label first.
 *
 * The picture goes the same way as in training: the same decoder, size and normalization.
 *
 * @throws {DataError} if the file is no picture that can be decoded.
 */
export async function predictFile(
  path: string,
  { model, experiment, pictures, classes }: TrainedModel,
): Promise<LabelProbability[]> {
  const { height, width, mean, std } = pictures;
  const { pixels } = await decodePicture(await readFile(path), path, { size: { height, width } });
  const normalization = normalize({ mean, std });
  const generator = new Generator({ device: experiment.device });
  const probabilities = inferenceMode(() =>
    scope(() => {
      const stored = fromTypedArray(new Uint8Array(pixels), [1, height, width, 3]);
      const images = stored.permute([0, 3, 1, 2]).to({ device: experiment.device });
      return model.forward(normalization.apply(images, { generator })).softmax(1).toTypedArray();
    }),
  );
  const labelled = classes.map((label, index) => ({
    label,
    probability: Number(probabilities[index]),
  }));
  return labelled.sort((a, b) => b.probability - a.probability);
}
