import { readFile } from 'node:fs/promises';
import { fromTypedArray, Generator, inferenceMode, scope, Tensor } from '@ocelli/torch';
import { normalize } from '../augment/normalize.ts';
import { decodePicture } from '../data/decodePicture.ts';
import { headsOf, type LabelNames } from '../data/labelNames.ts';
import { buildModel } from './buildModel.ts';
import type { Experiment } from './experiment.ts';
import type { Outputs, PictureModel } from './headBatches.ts';
import { answerLogits } from './headLoss.ts';
import type { PictureFacts } from './runData.ts';
import { readLabels, type RunFolder } from './runFolder.ts';
import { readRunRecord } from './runRecord.ts';
import { loadWeights, type WeightsFacts, type WeightsName } from './weights.ts';

/** A trained model as its run left it. */
export interface TrainedModel {
  readonly model: PictureModel;
  readonly experiment: Experiment;
  readonly pictures: PictureFacts;
  /** What its outputs stand for, in order. */
  readonly labelNames: LabelNames;
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
  const labelNames = readLabels(folder);
  const model = buildModel({ ...experiment, device }, headsOf(labelNames)).eval();
  const facts = loadWeights(folder.weights, weights, model);
  return { model, labelNames, pictures, weights: facts, experiment: { ...experiment, device } };
}

/** What a head says of one picture: how likely each of its classes is, 0 to 1, in their order. */
export interface HeadAnswer {
  /** Absent where a picture has one label alone. */
  readonly attribute?: string;
  readonly classes: readonly string[];
  readonly probabilities: Float32Array;
}

/**
 * What a trained model says about a picture file, one answer for each head.
 *
 * The picture goes the same way as in training: the same decoder, size and normalization.
 *
 * @throws {DataError} if the file is no picture that can be decoded.
 */
export async function answersTo(path: string, trained: TrainedModel): Promise<HeadAnswer[]> {
  const { model, experiment, pictures, labelNames } = trained;
  const { height, width, mean, std } = pictures;
  const { pixels } = await decodePicture(await readFile(path), path, { size: { height, width } });
  const normalization = normalize({ mean, std });
  const generator = new Generator({ device: experiment.device });
  return inferenceMode(() =>
    scope(() => {
      const stored = fromTypedArray(new Uint8Array(pixels), [1, height, width, 3]);
      const images = stored.permute([0, 3, 1, 2]).to({ device: experiment.device });
      const outputs = model.forward(normalization.apply(images, { generator }));
      return headsOf(labelNames).map((head) => {
        const loss = experiment.attributes?.[head.attribute ?? '']?.loss;
        const logits = answerLogits(logitsOf(outputs, head.attribute), loss);
        return {
          ...head,
          probabilities: Float32Array.from(logits.softmax(1).toTypedArray(), Number),
        };
      });
    }),
  );
}

function logitsOf(outputs: Outputs, attribute: string | undefined): Tensor {
  const logits = outputs instanceof Tensor ? outputs : outputs[attribute ?? ''];
  if (logits === undefined) throw new Error(`internal: a model without a head for ${attribute}`);
  return logits;
}

/** One label and how likely it is, from 0 to 1. */
export interface LabelProbability {
  readonly label: string;
  readonly probability: number;
}

/** The labels of an answer, the most likely first. */
export function rankedLabels({ classes, probabilities }: HeadAnswer): LabelProbability[] {
  return classes
    .map((label, index) => ({ label, probability: Number(probabilities[index]) }))
    .sort((a, b) => b.probability - a.probability);
}

/**
 * What a trained model of one label says about a picture file, the most likely label first.
 *
 * @throws {DataError} if the file is no picture that can be decoded.
 */
export async function predictFile(
  path: string,
  trained: TrainedModel,
): Promise<LabelProbability[]> {
  const [answer] = await answersTo(path, trained);
  if (answer === undefined) throw new Error('internal: a model without a head');
  return rankedLabels(answer);
}
