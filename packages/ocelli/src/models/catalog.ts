import { didYouMean, type Module, OptionCheck, optionError, type Tensor } from '@ocelli/torch';
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
 * @throws {OptionError} if there is none, with the nearest name; if neither or both of `numClasses` and `heads`
 *   are given; or if it is made for attributes only.
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
  const { numClasses, heads } = answered(answer);
  if (heads !== undefined) {
    return new MultiHead({ heads, trunk: makeTrunk(), ...(tower && { tower }) });
  }
  if (head === undefined) {
    const rule = `given for ${name}, which answers for several attributes`;
    throw optionError('createModel', 'heads', rule, undefined);
  }
  const trunk = makeTrunk();
  return new Classifier(trunk, head(trunk.outChannels, numClasses));
}

type Answered =
  | { readonly numClasses: number; readonly heads?: undefined }
  | { readonly numClasses?: undefined; readonly heads: ClassCounts };

/** What was asked for, once it is one of the two. */
function answered(answer: Partial<{ numClasses: number; heads: ClassCounts }> = {}): Answered {
  const check = new OptionCheck('createModel');
  const { numClasses, heads } = check.read(answer, ['numClasses', 'heads']);
  if (heads !== undefined && numClasses === undefined) return { heads };
  if (heads !== undefined || numClasses === undefined) {
    throw check.error('numClasses or heads', 'given, one of the two', answer);
  }
  return { numClasses: check.integer('numClasses', numClasses, 1) };
}

function architectureOf(name: string): Architecture {
  const known = modelNames.find((one) => one === name);
  if (known !== undefined) return catalog[known];
  const hint = didYouMean(String(name), modelNames); // JavaScript may call it with anything
  throw optionError('createModel', 'name', 'a model of the catalog', name, hint);
}
