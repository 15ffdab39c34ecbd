import { didYouMean, optionError, Tensor, tensor } from '@ocelli/torch';
import { answerLogits, type HeadLossName } from '../train/loss/headLoss.ts';

/** What a model answers: logits `(N, K)`, or one such tensor for every head by its name. */
export type ModelOutput = Tensor | Readonly<Record<string, Tensor>>;

/** Which answer is to be explained. */
export interface Target {
  /** Name of the head; needed where a model has several. */
  head?: string;
  /** Index of the class, or one for each picture. @default the ones the model thinks most likely */
  class?: number | readonly number[];
  /** What the head was trained with: how its logits become probabilities. @default 'crossEntropy' */
  loss?: HeadLossName | undefined;
}

/** The logits that are explained, and for every picture the class. */
export interface ChosenScores {
  /** One logit a picture, `(N)`. */
  readonly scores: Tensor;
  /** One class a picture. */
  readonly classes: readonly number[];
}

/**
 * The logits `(N, K)` of the head a target names.
 *
 * @throws {OptionError} if there is no such head, with the nearest name; if a model with several heads
 *   is asked without a name, or one without heads is asked for one.
 */
export function logitsOf(output: ModelOutput, head: string | undefined): Tensor {
  if (output instanceof Tensor) {
    if (head === undefined) return output;
    throw optionError('explain', 'head', 'left out: the model has a single output', head);
  }
  const names = Object.keys(output);
  const [only] = names.length === 1 ? names : [];
  const name = head ?? only ?? '';
  const logits = Object.hasOwn(output, name) ? output[name] : undefined;
  if (logits !== undefined) return logits;
  const hint = head === undefined ? '' : didYouMean(head, names);
  throw optionError('explain', 'head', `one of ${names.join(', ')}`, head, hint);
}

/**
 * How likely each class is to the head that a target names, `(N, K)`.
 *
 * @throws {OptionError} as {@link logitsOf} does.
 */
export function probabilitiesOf(output: ModelOutput, { head, loss }: Target): Tensor {
  return answerLogits(logitsOf(output, head), loss).softmax(1);
}

/**
 * Picks the logit of the asked class, or of each picture's most likely one.
 *
 * @throws {OptionError} if there is no such class, or a list holds not one for each picture.
 */
export function chosenScores(output: ModelOutput, target: Target): ChosenScores {
  const logits = logitsOf(output, target.head);
  const classes = target.class === undefined ? mostLikely(logits) : asked(logits, target.class);
  const index = tensor(classes, { dtype: 'int64', device: logits.device }).unsqueeze(1);
  return { scores: logits.gather(1, index).squeeze(1), classes };
}

function asked(logits: Tensor, classes: number | readonly number[]): readonly number[] {
  const [count = 0, classCount = 0] = logits.shape;
  const list = typeof classes === 'number' ? Array<number>(count).fill(classes) : classes;
  if (list.length !== count) {
    throw optionError('explain', 'class', `one for each of the ${count} pictures`, classes);
  }
  const wrong = list.find((one) => !Number.isInteger(one) || one < 0 || one >= classCount);
  if (wrong === undefined) return list;
  throw optionError('explain', 'class', `an integer from 0 to ${classCount - 1}`, wrong);
}

function mostLikely(logits: Tensor): number[] {
  return Array.from(logits.argmax(1).toTypedArray(), Number);
}
