import { existsSync, readFileSync } from 'node:fs';
import { checkDevice, optionError, OptionError } from '@ocelli/torch';
import { modelNames } from '../models/modelNames.ts';
import { loadImportedModel } from '../train/predict/importedModel.ts';
import type { AnsweringModel } from '../train/predict/predictor.ts';
import { askedModel } from './askedModel.ts';
import { choice } from './choice.ts';
import { chosenRun } from './chosenRun.ts';
import { type ExplainCommandOptions, where } from './explainOptions.ts';
import { positiveInteger } from './positiveInteger.ts';

/**
 * The model that is explained: that of a run, the one trained last if none is named, or a network of the
 * catalog with weights from a file.
 *
 * @throws {OptionError} if an option has no value it may have, or nothing was trained here.
 * @throws {CheckpointError} if the weights are missing, damaged, or of another model.
 */
export function explainedModel(options: ExplainCommandOptions): AnsweringModel {
  const { run, model } = options;
  if (model !== undefined) return importedModel(model, options);
  return askedModel(where, chosenRun(where, run, '--run or --model'), options);
}

function importedModel(name: string, options: ExplainCommandOptions): AnsweringModel {
  const { weights = '', classes = '', imageSize: side, mean, std, device } = options;
  const model = choice(where, { name: '--model', value: name, among: modelNames });
  if (device !== undefined) checkDevice(where, device);
  const imageSize = positiveInteger(where, '--image-size', side);
  return loadImportedModel({
    model,
    weights,
    classes: classNames(classes),
    ...(imageSize !== undefined && { imageSize }),
    ...(mean !== undefined && { mean: channels('--mean', mean) }),
    ...(std !== undefined && { std: channels('--std', std) }),
    ...(device !== undefined && { device }),
  });
}

/** The lines of a file, or words with commas between them. */
function classNames(text: string): string[] {
  const isFile = existsSync(text);
  const names = (isFile ? readFileSync(text, 'utf8').split(/\r?\n/) : text.split(','))
    .map((name) => name.trim())
    .filter((name) => name !== '');
  if (names.length > 1) return names;
  const rule = 'expected --classes to be a file with one name a line, or names with commas between';
  const got = isFile ? `${names.length} in ${text}` : JSON.stringify(text);
  throw new OptionError(`${where}: ${rule}, at least two of them, got ${got}.`);
}

function channels(option: string, text: string): readonly number[] {
  const values = text.split(',').map(Number);
  if (values.length === 3 && values.every((value) => value >= 0 && value <= 255)) return values;
  throw optionError(where, option, 'three numbers from 0 to 255 with commas between', text);
}
