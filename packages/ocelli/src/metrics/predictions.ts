import { optionError, ShapeError } from '@ocelli/torch';

/** What a model said about some pictures, and what they are. */
export interface Predictions {
  /** Of N pictures: positions in `classes`, −1 where the label is missing. */
  readonly labels: Int32Array;
  /** Row-major `(N, K)`, each from 0 to 1. */
  readonly probabilities: Float32Array;
  /** The K names, in the order of the columns. */
  readonly classes: readonly string[];
}

/** A softmax in float32 can end a little above 1. */
const atMost = 1 + 1e-5;

/**
 * Refuses what no figure could be drawn from.
 *
 * @throws {ShapeError} if there is not one probability for each picture and class.
 * @throws {OptionError} if a label is no position in `classes` and not −1, or a probability is none.
 */
export function checkPredictions(where: string, predictions: Predictions): void {
  const { labels, probabilities, classes } = predictions;
  const expected = labels.length * classes.length;
  if (probabilities.length !== expected) {
    throw new ShapeError(
      `${where}: expected probabilities to be ${labels.length} x ${classes.length} = ${expected} numbers, got ${probabilities.length}.`,
    );
  }
  const label = labels.find((value) => value < -1 || value >= classes.length);
  if (label !== undefined) {
    throw optionError(where, 'labels', `from -1 to ${classes.length - 1}`, label);
  }
  const probability = probabilities.find((value) => !(value >= 0 && value <= atMost));
  if (probability !== undefined) {
    throw optionError(where, 'probabilities', 'from 0 to 1', String(probability));
  }
}

/** The most likely class of each picture; the first of several that are equally likely. */
export function predictedLabels({ labels, probabilities, classes }: Predictions): Int32Array {
  return labels.map((_, row) => {
    const start = row * classes.length;
    return argmax(probabilities.subarray(start, start + classes.length));
  });
}

function argmax(values: Float32Array): number {
  let best = 0;
  for (let index = 1; index < values.length; index++) {
    if ((values[index] ?? 0) > (values[best] ?? 0)) best = index;
  }
  return best;
}
