import { didYouMean, type Module, type Tensor, optionError } from '@ocelli/torch';
import type { Architecture } from './architecture.ts';
import { Classifier } from './classifier.ts';
import { classifiers } from './classifiers.ts';
import type { ClassCounts, HeadLogits } from './heads.ts';
import { type ModelName, modelNames } from './modelNames.ts';
import { MultiHead } from './multiHead.ts';
import { personSystems } from './personSystems.ts';

/** Every network by the name it has in experiments and on the command line. */
export const catalog: Readonly<Record<ModelName, Architecture>> = {
  ...classifiers,
  ...personSystems,
};

/** What a network of the catalog shall answer: one label of so many classes, or several attributes. */
export type ModelAnswer<Heads extends ClassCounts = ClassCounts> =
  { numClasses: number } | { heads: Heads };

/**
 * Makes the network of that name, its weights drawn from the current random state: with `numClasses`
 * one that gives a picture one label, `(N, 3, H, W)` → logits `(N, numClasses)`; with `heads` one that
 * gives logits for every attribute, by its name.
 *
 * @throws {OptionError} if there is none, with the nearest name; or if it is made for attributes only.
 * @example
 * const model = createModel('densenet121-towers', { heads: { gender: 2, age: 5 } });
 * const { gender, age } = model.forward(images); // (N, 2) and (N, 5)
 */
export function createModel(name: string, answer: { numClasses: number }): Module;
export function createModel<const Heads extends ClassCounts>(
  name: string,
  answer: { heads: Heads },
): Module<Tensor, HeadLogits<Heads>>;
export function createModel(
  name: string,
  answer: ModelAnswer,
): Module | Module<Tensor, HeadLogits<ClassCounts>>;
export function createModel(name: string, answer: ModelAnswer): Module<Tensor, unknown> {
  const { trunk: makeTrunk, head, tower } = architectureOf(name);
  if ('heads' in answer) {
    return new MultiHead({ heads: answer.heads, trunk: makeTrunk(), ...(tower && { tower }) });
  }
  if (head === undefined) {
    const rule = `given for ${name}, which answers for several attributes`;
    throw optionError('createModel', 'heads', rule, undefined);
  }
  const trunk = makeTrunk();
  return new Classifier(trunk, head(trunk.outChannels, answer.numClasses));
}

function architectureOf(name: string): Architecture {
  const known = modelNames.find((one) => one === name);
  if (known !== undefined) return catalog[known];
  const hint = didYouMean(name, modelNames);
  throw optionError('createModel', 'name', 'a model of the catalog', name, hint);
}
