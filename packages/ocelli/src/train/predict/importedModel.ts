import { existsSync } from 'node:fs';
import { CheckpointError, type LoadReport, readSafetensors } from '@ocelli/torch';
import { storedConstants } from '../../data/constants.ts';
import { DEFAULT_MAX_PIXELS } from '../../data/decodingDefaults.ts';
import type { ModelName } from '../../models/modelNames.ts';
import { mayMisfit, refuseMisfittingPictures } from '../../models/refusePictures.ts';
import type { PictureShape } from '../../models/trace.ts';
import { buildModel } from '../assembly/buildModel.ts';
import { oneView } from '../evaluation/views.ts';
import type { AnsweringModel } from './predictor.ts';

/** A network of the catalog, and the file its weights are from. */
export interface ImportedModelOptions {
  /** Its name in the catalog. */
  model: ModelName;
  /** safetensors file with the keys that the network was published with. */
  weights: string;
  /** What its outputs stand for, in order. */
  classes: readonly string[];
  /** Side in pixels to which pictures are brought. @default 224 */
  imageSize?: number;
  /** Subtracted from each channel (red, green, blue), 0 to 255. @default ImageNet's */
  mean?: readonly number[];
  /** What each channel is divided by. @default ImageNet's */
  std?: readonly number[];
  /** @default 'cpu' */
  device?: string;
}

/**
 * A network of the catalog with weights from elsewhere, such as those that torchvision publishes, ready
 * for evaluation. No run is needed: it answers and is explained like a trained one.
 *
 * @throws {OptionError} if there is no such network, it answers for several attributes only, or pictures of
 *   that size do not fit it.
 * @throws {CheckpointError} if the weights are not there or do not fit, with every entry that does not.
 * @throws {SafetensorsError} if the file breaks a rule of its format.
 */
export function loadImportedModel(options: ImportedModelOptions): AnsweringModel {
  const { weights, classes, imageSize = 224, device = 'cpu' } = options;
  const { mean = storedConstants.imagenet.mean, std = storedConstants.imagenet.std } = options;
  if (!existsSync(weights)) {
    throw new CheckpointError(`${weights}: expected a safetensors file, got no such file.`);
  }
  const model = buildModel({ seed: 0, model: options.model, device }, [{ classes }]).eval();
  const picture: PictureShape = [3, imageSize, imageSize];
  if (options.imageSize !== undefined || mayMisfit(options.model, picture)) {
    refuseMisfittingPictures(model, picture, options.model);
  }
  refuseOthers(model.loadStateDict(readSafetensors(weights), { strict: false }), options);
  return {
    model,
    experiment: { device, attributes: null, fit: 'cover', maxPixels: DEFAULT_MAX_PIXELS },
    pictures: { height: imageSize, width: imageSize, mean, std },
    labelNames: { classes },
    views: oneView,
    calibration: new Map(),
  };
}

/** One sentence with everything that does not fit, and the remedy where there is one. */
function refuseOthers(report: LoadReport, { model, weights, classes }: ImportedModelOptions): void {
  const { mismatched, missing, unexpected } = report;
  const shapes = mismatched.map(
    ({ key, expected, got }) => `${key} is (${got.join(', ')}) for (${expected.join(', ')})`,
  );
  const lists = { '': shapes, 'missing are ': missing, 'unexpected are ': unexpected };
  const problems = Object.entries(lists).flatMap(([words, list]) =>
    list.length === 0 ? [] : [words + shortened(list)],
  );
  if (problems.length === 0) return;
  const rule = `expected the weights of ${model} for ${classes.length} classes`;
  throw new CheckpointError(
    `${weights}: ${rule}, got others: ${problems.join('; ')}.${remedy(report, classes)}`,
  );
}

/** Of another network nearly everything differs, and its names would fill the screen. */
const namesShown = 8;

function shortened(names: readonly string[]): string {
  const rest = names.length - namesShown;
  const shown = names.slice(0, namesShown).join(', ');
  return rest > 0 ? `${shown} and ${rest} more` : shown;
}

/** Weights that differ in the number of answers alone are the right ones for other classes. */
function remedy(
  { mismatched, missing, unexpected }: LoadReport,
  classes: readonly string[],
): string {
  if (missing.length + unexpected.length > 0) return '';
  const counts = new Set(mismatched.map(({ got: [first] }) => first));
  const [answers] = counts;
  const isLast = mismatched.every(({ expected: [first] }) => first === classes.length);
  return counts.size === 1 && isLast ? ` They answer ${answers} classes: name as many.` : '';
}
