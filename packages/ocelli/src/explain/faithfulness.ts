import { noGrad, OptionCheck, scope, type Tensor, where, zerosLike } from '@ocelli/torch';
import { inEvaluation } from '../models/inEvaluation.ts';
import type { FixedSubject } from './subject.ts';
import { probabilitiesOf } from './target.ts';

/** How far a map tells the truth about a model, one value a picture. */
export interface Faithfulness {
  /** Mean probability of the class while the warmest pixels are taken away first: low is good. */
  readonly deletion: readonly number[];
  /** The same while they are given back to an empty picture: high is good. */
  readonly insertion: readonly number[];
  /** Insertion less deletion, −1 to 1; a map that says nothing gets about 0. */
  readonly score: readonly number[];
}

/** How finely a map is measured. */
export interface FaithfulnessOptions {
  /** Shares of pixels looked at; each costs two forward passes. @default 16 */
  steps?: number;
}

/**
 * Deletion and insertion: if a map shows what the model looks at, taking these pixels away lowers the
 * class's probability soon. Taken away means the mean colour of the training pictures.
 *
 * @param maps `(N, H, W)`.
 * @throws {OptionError} if `steps` is no positive integer.
 * @see Petsiuk et al. 2018, https://arxiv.org/abs/1806.07421
 */
export function faithfulness(
  subject: FixedSubject,
  maps: Tensor,
  options: FaithfulnessOptions = {},
): Faithfulness {
  const check = new OptionCheck('faithfulness');
  const { steps = 16 } = check.read(options, ['steps']);
  check.integer('steps', steps, 1);
  const ranks = ranksOf(maps);
  const [deletion, insertion] = [areas(subject.classes), areas(subject.classes)];
  for (let step = 0; step <= steps; step++) {
    const warm = scope(() => ranks.lt((step / steps) * pixelsOf(maps)));
    const nothing = zerosLike(subject.images);
    const kept = scope(() => where(warm.unsqueeze(1), subject.images, nothing));
    const rest = scope(() => where(warm.unsqueeze(1), nothing, subject.images));
    // The trapezoidal rule: half the weight at both ends.
    const weight = (step === 0 || step === steps ? 0.5 : 1) / steps;
    add(deletion, probabilities(subject, rest), weight);
    add(insertion, probabilities(subject, kept), weight);
  }
  const score = insertion.map((value, index) => value - (deletion[index] ?? 0));
  return { deletion, insertion, score };
}

/** Of every pixel its place in the order from warm to cold, `(N, H, W)`. */
function ranksOf(maps: Tensor): Tensor {
  return scope(() => {
    const flat = maps.flatten(1);
    const order = flat.sort({ dim: 1, descending: true }).indices;
    return order.sort({ dim: 1 }).indices.reshape(maps.shape); // the inverse of the order
  });
}

function pixelsOf(maps: Tensor): number {
  const [, height = 0, width = 0] = maps.shape;
  return height * width;
}

function areas(classes: readonly number[]): number[] {
  return classes.map(() => 0);
}

function add(sums: number[], values: readonly number[], weight: number): void {
  for (const [index, value] of values.entries()) sums[index] = (sums[index] ?? 0) + weight * value;
}

function probabilities({ model, target, classes }: FixedSubject, images: Tensor): number[] {
  const table = noGrad(() =>
    scope(() => {
      const output = inEvaluation(model, () => model.forward(images));
      return probabilitiesOf(output, target).toArray();
    }),
  ) as number[][];
  return classes.map((index, row) => table[row]?.[index] ?? NaN);
}
