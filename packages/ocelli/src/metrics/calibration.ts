import { OptionCheck } from '@ocelli/torch';
import { checkPredictions, predictedLabels, type Predictions } from './predictions.ts';
import { ratio, sum } from './ratio.ts';

/** The labelled pictures about which a model was equally sure. */
export interface CalibrationBin {
  /** Confidences above `from`, up to and including `to`; the first bin has 0 as well. */
  readonly from: number;
  readonly to: number;
  readonly count: number;
  /** Mean probability of the predicted class; `null` in an empty bin. */
  readonly confidence: number | null;
  /** Share of right predictions; `null` in an empty bin. */
  readonly accuracy: number | null;
}

/** How finely confidences are told apart. */
export interface CalibrationOptions {
  /** Bins of equal width between 0 and 1. @default 15 */
  bins?: number;
}

/**
 * How often a model is right when it is so sure: the numbers behind a reliability diagram. The
 * confidence of a prediction is the probability of the predicted class; unlabelled pictures are left
 * out.
 *
 * @throws {ShapeError} if there is not one probability for each picture and class.
 * @throws {OptionError} if `bins` is not a positive integer, a label is no position in `classes` and
 *   not −1, or a probability is none.
 * @see Guo et al. 2017, On Calibration of Modern Neural Networks, https://arxiv.org/abs/1706.04599
 */
export function calibrationBins(
  predictions: Predictions,
  options: CalibrationOptions = {},
): CalibrationBin[] {
  const check = new OptionCheck('calibrationBins');
  const { bins = 15 } = check.read(options, ['bins']);
  check.integer('bins', bins, 1);
  checkPredictions('calibrationBins', predictions);
  const { labels, probabilities, classes } = predictions;
  const totals = Array.from({ length: bins }, () => ({ count: 0, confidence: 0, right: 0 }));
  for (const [row, predicted] of predictedLabels(predictions).entries()) {
    if (labels[row] === -1) continue;
    const confidence = probabilities[row * classes.length + predicted] ?? 0;
    const bin = Math.ceil(confidence * bins) - 1;
    const total = totals[Math.min(Math.max(bin, 0), bins - 1)];
    if (total === undefined) continue;
    total.count++;
    total.confidence += confidence;
    if (predicted === labels[row]) total.right++;
  }
  return totals.map(({ count, confidence, right }, index) => ({
    from: index / bins,
    to: (index + 1) / bins,
    count,
    confidence: ratio(confidence, count),
    accuracy: ratio(right, count),
  }));
}

/**
 * Expected calibration error: the mean distance between confidence and accuracy, every bin weighed by
 * its pictures; from 0 to 1, `null` without a labelled picture.
 */
export function calibrationError(bins: readonly CalibrationBin[]): number | null {
  const gaps = bins.map(
    ({ count, confidence, accuracy }) => count * Math.abs((confidence ?? 0) - (accuracy ?? 0)),
  );
  return ratio(sum(gaps), sum(bins.map(({ count }) => count)));
}
