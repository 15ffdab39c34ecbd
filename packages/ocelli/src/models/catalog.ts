import { type Module, OptionCheck } from '@ocelli/torch';
import { DavidNet } from './davidNet.ts';
import { DavidNetAthena } from './davidNetAthena.ts';
import { type ModelName, modelNames } from './modelNames.ts';
import { ResnetSmall } from './resnetSmall.ts';

/** Makes a model that gives a picture one label: `(N, 3, H, W)` → logits `(N, numClasses)`. */
export type ModelFactory = (options: { numClasses: number }) => Module;

/** Every model with one label a picture, by the name it has in experiments and on the command line. */
export const catalog: Readonly<Record<ModelName, ModelFactory>> = {
  davidnet: (options) => new DavidNet(options),
  'davidnet-athena': (options) => new DavidNetAthena(options),
  'resnet-small': (options) => new ResnetSmall(options),
};

/**
 * Makes the model of that name, its weights drawn from the current random state.
 *
 * @throws {OptionError} if there is none, with the nearest name.
 */
export function createModel(name: string, options: { numClasses: number }): Module {
  const known: readonly string[] = modelNames;
  const checked = new OptionCheck('createModel').oneOf('name', name, known);
  return catalog[checked as ModelName](options); // one of `modelNames`, as just checked
}
