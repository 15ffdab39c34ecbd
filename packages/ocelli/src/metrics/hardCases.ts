import { checkPredictions, predictedLabels, type Predictions } from './predictions.ts';

/** A labelled picture of which a model thinks otherwise. */
export interface HardCase {
  /** Which of the N pictures. */
  readonly index: number;
  /** Its label, a position in `classes`. */
  readonly label: number;
  /** What the model would rather say, a position in `classes`. */
  readonly predicted: number;
  /** Probability of the label. */
  readonly labelProbability: number;
  /** Probability of what the model would rather say. */
  readonly predictedProbability: number;
}

/** The wrong predictions, the least likely label first: those that cost the most loss. */
export function worstCases(predictions: Predictions): HardCase[] {
  checkPredictions('worstCases', predictions);
  const predicted = predictedLabels(predictions);
  return caseOf(predictions, (row) => predicted[row] ?? 0).sort(
    (a, b) => a.labelProbability - b.labelProbability,
  );
}

/** The wrong predictions, the one the model was surest of first. */
export function confidentMistakes(predictions: Predictions): HardCase[] {
  return worstCases(predictions).sort((a, b) => b.predictedProbability - a.predictedProbability);
}

/**
 * Labels that are probably wrong: the model finds another class as likely as it is on average for
 * the pictures that carry that class. The clearest come first. Only predictions for pictures the model
 * was not trained on say something about their labels.
 *
 * @see Northcutt et al. 2021, Confident Learning, §3.1, https://arxiv.org/abs/1911.00068
 */
export function labelSuspects(predictions: Predictions): HardCase[] {
  checkPredictions('labelSuspects', predictions);
  const thresholds = meanConfidences(predictions);
  const margin = (one: HardCase): number => one.predictedProbability - one.labelProbability;
  return caseOf(predictions, (row) => confidentClass(predictions, row, thresholds)).sort(
    (a, b) => margin(b) - margin(a),
  );
}

/** The labelled pictures for which `answerOf` names a class that is not their label. */
function caseOf(
  { labels, probabilities, classes }: Predictions,
  answerOf: (row: number) => number,
): HardCase[] {
  const probability = (row: number, label: number): number =>
    probabilities[row * classes.length + label] ?? 0;
  return Array.from(labels).flatMap((label, index) => {
    const predicted = label === -1 ? -1 : answerOf(index);
    if (predicted === -1 || predicted === label) return [];
    const labelProbability = probability(index, label);
    const predictedProbability = probability(index, predicted);
    return [{ index, label, predicted, labelProbability, predictedProbability }];
  });
}

/** For every class the mean probability of it over the pictures that carry it; Infinity without any. */
function meanConfidences({ labels, probabilities, classes }: Predictions): number[] {
  const sums = classes.map(() => ({ count: 0, sum: 0 }));
  for (const [row, label] of labels.entries()) {
    const entry = sums[label];
    if (entry === undefined) continue;
    entry.count++;
    entry.sum += probabilities[row * classes.length + label] ?? 0;
  }
  return sums.map(({ count, sum }) => (count === 0 ? Infinity : sum / count));
}

/** The likeliest class among those that reach their threshold; −1 if none does. */
function confidentClass(
  { probabilities, classes }: Predictions,
  row: number,
  thresholds: readonly number[],
): number {
  let best = -1;
  let highest = -1;
  for (const [label, threshold] of thresholds.entries()) {
    const probability = probabilities[row * classes.length + label] ?? 0;
    if (probability < threshold || probability <= highest) continue;
    best = label;
    highest = probability;
  }
  return best;
}
