import { readFile } from 'node:fs/promises';
import { DataError, Generator, inferenceMode, OptionError, scope, Tensor } from '@ocelli/torch';
import { normalize } from '../../augment/normalize.ts';
import type { AttributePrediction, AttributeSchema } from '../../data/attributeSchema.ts';
import { type DecodedPicture, decodePicture } from '../../data/decodePicture.ts';
import { imagesFromBytes } from '../../data/imageBytes.ts';
import { describeHeads, headsOf, type LabelNames } from '../../data/labelNames.ts';
import { confidenceFor } from '../../metrics/confidence.ts';
import { atTemperature } from '../../metrics/temperature.ts';
import { buildModel } from '../assembly/buildModel.ts';
import { answersOf } from '../evaluation/answers.ts';
import { type Views, viewsOf } from '../evaluation/views.ts';
import { type Calibration, readCalibration, temperaturesAlone } from './calibration.ts';
import type { Experiment } from '../experiment/experiment.ts';
import type { ViewsName } from '../experiment/settings.ts';
import type { Outputs, PictureModel } from '../loss/headBatches.ts';
import type { PictureFacts } from '../runData/runData.ts';
import { readLabels, type RunFolder } from '../runFolder/runFolder.ts';
import { readRunRecord } from '../record/runRecord.ts';
import { loadWeights, type WeightsFacts, type WeightsName } from '../checkpoints/weights.ts';

/** A model that answers about pictures, wherever its weights are from. */
export interface AnsweringModel<Schema extends AttributeSchema = AttributeSchema> {
  readonly model: PictureModel;
  /** Where it computes, what each attribute was trained with, and how pictures are decoded. */
  readonly experiment: Pick<Experiment, 'device' | 'attributes' | 'fit' | 'maxPixels'>;
  /** How pictures become its input. */
  readonly pictures: Pick<PictureFacts, 'height' | 'width' | 'mean' | 'std'>;
  /** What its outputs stand for, in order. */
  readonly labelNames: LabelNames<Schema>;
  /** Which views of a picture an answer is the mean over. */
  readonly views: Views;
  /** How to read its probabilities, by attribute, as measured on the validation part. */
  readonly calibration: Calibration;
}

/** A trained model as its run left it. */
export interface TrainedModel<
  Schema extends AttributeSchema = AttributeSchema,
> extends AnsweringModel<Schema> {
  readonly experiment: Experiment;
  readonly pictures: PictureFacts;
  /** Which epoch the weights are from. */
  readonly weights: WeightsFacts;
}

/** Which weights of a run are loaded, and where to. */
export interface LoadOptions<Schema extends AttributeSchema = AttributeSchema> {
  /** @default 'best' */
  weights?: WeightsName;
  /** @default the device of the run */
  device?: string;
  /**
   * Which views of a picture an answer is the mean over. With others than the run was validated with,
   * probabilities keep its temperature, but how precise they are was not measured. @default those of the run
   */
  views?: ViewsName;
  /** What the run must answer; makes the names of attributes and classes known to the compiler. */
  schema?: Schema;
}

/**
 * Loads a trained model from its run folder, ready for evaluation.
 *
 * @throws {CheckpointError} if the weights are missing, damaged, or of another model.
 * @throws {DataError} if a schema is given and the run answers something else.
 * @throws {OptionError} if pictures are to be mirrored and nothing says what that does to a label.
 */
export function loadTrainedModel<const Schema extends AttributeSchema = AttributeSchema>(
  folder: RunFolder,
  options: LoadOptions<Schema> = {},
): TrainedModel<Schema> {
  const { experiment: trained, pictures } = readRunRecord(folder);
  const { weights = 'best', device = trained.device, views = trained.views, schema } = options;
  const experiment = { ...trained, device, views };
  const labelNames = readLabels(folder);
  if (schema !== undefined) refuseOtherSchema(folder, labelNames, schema);
  const viewed = viewsOf(experiment, labelNames, folder.experiment);
  const model = buildModel(experiment, headsOf(labelNames)).eval();
  const facts = loadWeights(folder.weights, weights, model);
  const calibration = readCalibration(folder, facts.epoch);
  return {
    model,
    labelNames: labelNames as LabelNames<Schema>, // as just compared, or the general one
    pictures,
    weights: facts,
    views: viewed,
    calibration: views === trained.views ? calibration : temperaturesAlone(calibration),
    experiment,
  };
}

function refuseOtherSchema(folder: RunFolder, names: LabelNames, schema: AttributeSchema): void {
  const [expected, found] = [{ attributes: schema }, names].map(headsOf).map(describeHeads);
  if (expected === found) return;
  throw new DataError(
    `${folder.labels}: expected the run to answer ${expected}, got ${found}. ` +
      'Load it with its own schema, or train a new run.',
  );
}

/** What a head says of one picture. */
export interface HeadAnswer {
  /** Absent where a picture has one label alone. */
  readonly attribute?: string;
  readonly classes: readonly string[];
  /** How likely each class is, 0 to 1, in their order; calibrated where the record of the run says how. */
  readonly probabilities: Float32Array;
  /** The most likely class; `null` where the head is not sure enough for the precision asked for. */
  readonly label: string | null;
  /** Of the most likely class. */
  readonly probability: number;
}

/** How pictures are answered. */
export interface AnswerOptions {
  /**
   * Share of right answers, 0 to 1, among those that are given: a head that is less sure than it was in
   * so precise answers on the validation part gives none. @default 0
   */
  minPrecision?: number;
}

/**
 * What a model says about a picture file, one answer for each head.
 *
 * The picture goes the same way as in training: the same decoder, size and normalization.
 *
 * @throws {DataError} if the file is no picture that can be decoded.
 */
export async function answersTo(
  path: string,
  trained: AnsweringModel,
  options: AnswerOptions = {},
): Promise<HeadAnswer[]> {
  const { pixels } = await decodeFor(path, trained);
  return scope(() => answersOn(modelInput(pixels, trained), trained, options));
}

/** As {@link answersTo}, about a picture `(1, 3, H, W)` that is as the model sees it, see {@link modelInput}. */
export function answersOn(
  image: Tensor,
  trained: AnsweringModel,
  options: AnswerOptions = {},
): HeadAnswer[] {
  return inferenceMode(() => scope(() => headAnswers(image, trained, options)));
}

/** A picture file as the model's run stored its pictures: the same decoder, size, fit and limit. */
export async function decodeFor(
  path: string,
  { pictures: { height, width }, experiment }: Pick<AnsweringModel, 'pictures' | 'experiment'>,
): Promise<DecodedPicture> {
  const { fit, maxPixels } = experiment;
  return decodePicture(await readFile(path), path, { size: { height, width }, fit, maxPixels });
}

/** Stored pixels of one picture as the model sees them: float32 `(1, 3, H, W)` on its device. */
export function modelInput(
  pixels: Uint8Array,
  { pictures, experiment }: Pick<AnsweringModel, 'pictures' | 'experiment'>,
): Tensor {
  const { height, width, mean, std } = pictures;
  const { device } = experiment;
  const generator = new Generator({ device });
  return scope(() => {
    const images = imagesFromBytes(pixels, { height, width }).to({ device });
    return normalize({ mean, std }).apply(images, { generator });
  });
}

function headAnswers(image: Tensor, trained: AnsweringModel, options: AnswerOptions): HeadAnswer[] {
  const { model, views, experiment, labelNames } = trained;
  const outputs = answersOf(views(model, image), experiment.attributes ?? {});
  return headsOf(labelNames).map((head) => {
    const logits = logitsOf(outputs, head.attribute);
    const said = Float32Array.from(logits.softmax(1).toTypedArray(), Number);
    return answerOf({ ...head, probabilities: said }, trained, options);
  });
}

function answerOf(
  said: Pick<HeadAnswer, 'attribute' | 'classes' | 'probabilities'>,
  { calibration }: AnsweringModel,
  { minPrecision = 0 }: AnswerOptions,
): HeadAnswer {
  const measured = calibration.get(said.attribute ?? '');
  const probabilities =
    measured === undefined
      ? said.probabilities
      : atTemperature(said.probabilities, measured.temperature);
  const probability = probabilities.reduce((a, b) => Math.max(a, b), 0);
  const isSure =
    minPrecision === 0 ||
    probability >= confidenceFor(measured?.precisionSteps ?? [], minPrecision);
  const label = said.classes[probabilities.indexOf(probability)] ?? null;
  return { ...said, probabilities, probability, label: isSure ? label : null };
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
  trained: AnsweringModel,
): Promise<LabelProbability[]> {
  const [answer] = await answersTo(path, trained);
  if (answer === undefined) throw new Error('internal: a model without a head');
  return rankedLabels(answer);
}

/**
 * What a trained model of many attributes says about a picture file, typed by its schema.
 *
 * @throws {DataError} if the file is no picture that can be decoded.
 * @throws {OptionError} if the model gives a picture one label.
 * @example
 * const trained = loadTrainedModel(openRunFolder('runs/persons'), { schema: personSchema });
 * const prediction = await predictAttributes('photo.jpg', trained);
 * console.log(prediction.gender.label); // 'female' | 'male'
 */
export async function predictAttributes<Schema extends AttributeSchema>(
  path: string,
  trained: AnsweringModel<Schema>,
): Promise<AttributePrediction<Schema>> {
  const answers = await answersTo(path, trained);
  const entries = answers.map(({ attribute, classes, label, probability, probabilities }) => {
    if (attribute === undefined) {
      throw new OptionError(
        'predictAttributes: expected a model of attributes, got one of one label.',
      );
    }
    const each = classes.map((name, index) => [name, probabilities[index]]);
    return [attribute, { label, probability, probabilities: Object.fromEntries(each) }];
  });
  return Object.fromEntries(entries) as AttributePrediction<Schema>; // one answer a head of the schema
}
