/** Sums over the samples really seen: the honest denominators of every loss and accuracy. */
export interface Totals {
  /** Sum of the per-sample losses (not of per-batch means). */
  readonly lossSum: number;
  /** Samples whose highest logit was their label. */
  readonly correct: number;
  /** Samples counted. */
  readonly count: number;
}

/** Mean loss and share of right answers over `count` samples. */
export interface Scores {
  /** Mean loss of one sample. */
  readonly loss: number;
  /** Right answers, at most `count`. */
  readonly correct: number;
  /** Samples the two figures are over. */
  readonly count: number;
  /** `correct / count`, from 0 to 1. */
  readonly accuracy: number;
}

/** Turns sums into means. Over no samples at all the figures are NaN, never a flattering 0 or 1. */
export function scoresOf(totals: Totals): Scores {
  const { lossSum, correct, count } = totals;
  return { loss: lossSum / count, correct, count, accuracy: correct / count };
}

/** Nothing counted yet. */
export const noTotals: Totals = { lossSum: 0, correct: 0, count: 0 };
