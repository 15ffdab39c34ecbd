import { calibrationBins, calibrationError } from './calibration.ts';
import { classFigures, type ClassFigures, type Confusion, confusionMatrix } from './confusion.ts';
import { checkPredictions, predictedLabels, type Predictions } from './predictions.ts';
import { ratio, sum } from './ratio.ts';

/** How good predictions are, with everything an accuracy has to be read beside. */
export interface ClassificationReport {
  /** Pictures. */
  readonly count: number;
  /** Pictures that have a label; every figure below is over these alone. */
  readonly labelled: number;
  /** Mean negative log-likelihood of the labels, in nats. */
  readonly loss: number | null;
  /** Share of right predictions. */
  readonly accuracy: number | null;
  /** The most frequent label, and the accuracy of always saying it; `null` without any label. */
  readonly majorityBaseline: { readonly label: string; readonly share: number } | null;
  /** Mean recall of the classes that occur. */
  readonly balancedAccuracy: number | null;
  readonly perClass: readonly ClassFigures[];
  readonly confusion: Confusion;
  /** Expected calibration error over 15 bins; see `calibrationBins`. */
  readonly calibrationError: number | null;
}

/**
 * Measures predictions for one attribute. Pictures without a label are masked; a figure over nothing
 * is `null`.
 *
 * @throws {ShapeError} if there is not one probability for each picture and class.
 * @throws {OptionError} if a label is no position in `classes` and not −1, or a probability is none.
 * @example
 * classificationReport({
 *   classes: ['cat', 'dog'],
 *   labels: Int32Array.of(0, 1, -1),
 *   probabilities: Float32Array.of(0.9, 0.1, 0.6, 0.4, 0.5, 0.5),
 * }).accuracy; // 0.5
 */
export function classificationReport(predictions: Predictions): ClassificationReport {
  checkPredictions('classificationReport', predictions);
  const { labels, classes } = predictions;
  const confusion = confusionMatrix(labels, predictedLabels(predictions), classes.length);
  const perClass = classFigures(confusion, classes);
  const labelled = sum(perClass.map(({ support }) => support));
  const right = sum(confusion.map((row, index) => row[index] ?? 0));
  const recalls = perClass.flatMap(({ recall }) => (recall === null ? [] : [recall]));
  return {
    count: labels.length,
    labelled,
    loss: ratio(lossSum(predictions), labelled),
    accuracy: ratio(right, labelled),
    majorityBaseline: majorityBaseline(perClass, labelled),
    balancedAccuracy: ratio(sum(recalls), recalls.length),
    perClass,
    confusion,
    calibrationError: calibrationError(calibrationBins(predictions)),
  };
}

/** A probability that float32 rounds to 0 counts as this, so that one picture cannot make it infinite. */
const smallestProbability = 2 ** -126;

function lossSum({ labels, probabilities, classes }: Predictions): number {
  let total = 0;
  for (const [row, label] of labels.entries()) {
    if (label === -1) continue;
    const probability = probabilities[row * classes.length + label] ?? 0;
    total -= Math.log(Math.max(probability, smallestProbability));
  }
  return total;
}

/** The first of several classes that are equally frequent. */
function majorityBaseline(
  perClass: readonly ClassFigures[],
  labelled: number,
): ClassificationReport['majorityBaseline'] {
  if (labelled === 0) return null;
  const most = perClass.reduce((a, b) => (b.support > a.support ? b : a));
  return { label: most.label, share: most.support / labelled };
}
