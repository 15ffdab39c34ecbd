import { didYouMean, optionError, Tensor, tensor } from '@ocelli/torch';

/** What a model answers: logits `(N, K)`, or one such tensor for every head by its name. */
export type ModelOutput = Tensor | Readonly<Record<string, Tensor>>;

/** Which answer is to be explained. */
export interface Target {
  /** Name of the head; needed where a model has several. */
  head?: string;
  /** Index of the class. @default the one the model thinks most likely, picture by picture */
  class?: number;
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
  const logits = output[head ?? only ?? ''];
  if (logits !== undefined) return logits;
  const hint = head === undefined ? '' : didYouMean(head, names);
  throw optionError('explain', 'head', `one of ${names.join(', ')}`, head, hint);
}

/**
 * Picks the logit of the asked class, or of each picture's most likely one.
 *
 * @throws {OptionError} if there is no such class.
 */
export function chosenScores(output: ModelOutput, target: Target): ChosenScores {
  const logits = logitsOf(output, target.head);
  const [count = 0, classCount = 0] = logits.shape;
  const classes = target.class === undefined ? mostLikely(logits) : Array(count).fill(target.class);
  const asked = target.class ?? 0;
  if (!Number.isInteger(asked) || asked < 0 || asked >= classCount) {
    throw optionError('explain', 'class', `an integer from 0 to ${classCount - 1}`, target.class);
  }
  const index = tensor(classes, { dtype: 'int64', device: logits.device }).unsqueeze(1);
  return { scores: logits.gather(1, index).squeeze(1), classes };
}

function mostLikely(logits: Tensor): number[] {
  return Array.from(logits.argmax(1).toTypedArray(), Number);
}
