import { ratio, sum } from './ratio.ts';

/** Sums over the samples really seen: the honest denominators of every loss and accuracy. */
export interface Totals {
  /** Sum of the per-sample losses (not of per-batch means). */
  readonly lossSum: number;
  /** Samples whose highest logit was their label, for every attribute that they have a label for. */
  readonly correct: number;
  /** Samples counted. */
  readonly count: number;
  /** The same for each attribute, where there are attributes. */
  readonly attributes?: Readonly<Record<string, AttributeTotals>>;
}

/** Sums over the samples that have a label for one attribute. */
export interface AttributeTotals {
  readonly lossSum: number;
  readonly correct: number;
  readonly labelled: number;
}

/** Mean loss and share of right answers over `count` samples. */
export interface Scores {
  /** Mean loss of one sample; of several attributes, their weighted sum. */
  readonly loss: number;
  /** Samples answered right, for every attribute that they have a label for; at most `count`. */
  readonly correct: number;
  /** Samples the figures are over. */
  readonly count: number;
  /** `correct / count`, from 0 to 1; of several attributes, the mean of their accuracies. */
  readonly accuracy: number;
  /** Mean recall of the classes, or its mean over the attributes; measured in evaluations. */
  readonly balancedAccuracy?: number | null;
  /** Of one label alone; measured in evaluations. */
  readonly majorityBaseline?: MajorityBaseline | null;
  /** Share of the samples that are right in every attribute; where there are attributes. */
  readonly allCorrect?: number | null;
  /** Each attribute by itself, in the order of the schema. */
  readonly attributes?: Readonly<Record<string, AttributeScores>>;
  /** Figures of one's own, of several attributes the mean of theirs; measured in evaluations. */
  readonly metrics?: MetricScores;
}

/** Values by the names of metrics; `null` where there was nothing to measure. */
export type MetricScores = Readonly<Record<string, number | null>>;

/** How well one attribute is told. Figures over nothing are `null`. */
export interface AttributeScores {
  /** Mean loss of the labelled samples, before it is weighed against other attributes. */
  readonly loss: number | null;
  readonly correct: number;
  /** Samples that have a label; the figures are over these. */
  readonly labelled: number;
  /** `correct / labelled`. */
  readonly accuracy: number | null;
  /** Mean recall of the classes that occur; measured in evaluations. */
  readonly balancedAccuracy?: number | null;
  /** Known from evaluations. */
  readonly majorityBaseline?: MajorityBaseline | null;
  /** Figures of one's own; measured in evaluations. */
  readonly metrics?: MetricScores;
}

/** The most frequent label, and the accuracy of always saying it. */
export interface MajorityBaseline {
  readonly label: string;
  readonly share: number;
}

/** Turns sums into means. Over no samples at all the figures are NaN, never a flattering 0 or 1. */
export function scoresOf(totals: Totals): Scores {
  const { lossSum, correct, count } = totals;
  const loss = lossSum / count;
  if (totals.attributes === undefined) return { loss, correct, count, accuracy: correct / count };
  const attributes = Object.fromEntries(
    Object.entries(totals.attributes).map(([name, sums]) => [name, attributeScores(sums)]),
  );
  const accuracy = meanOf(Object.values(attributes), 'accuracy') ?? NaN;
  return { loss, correct, count, accuracy, allCorrect: ratio(correct, count), attributes };
}

function attributeScores({ lossSum, correct, labelled }: AttributeTotals): AttributeScores {
  const [loss, accuracy] = [ratio(lossSum, labelled), ratio(correct, labelled)];
  return { loss, correct, labelled, accuracy };
}

/** Mean of a figure over the attributes that have it; `null` if none does. */
export function meanOf(
  scores: readonly AttributeScores[],
  figure: 'loss' | 'accuracy' | 'balancedAccuracy',
): number | null {
  return meanOfThose(scores.map((one) => one[figure] ?? null));
}

/** Mean of the values that are there; `null` if none is. */
export function meanOfThose(values: readonly (number | null)[]): number | null {
  const there = values.filter((value) => value !== null);
  return ratio(
    there.reduce((total, value) => total + value, 0),
    there.length,
  );
}

/**
 * What always saying the most frequent label reaches, as `accuracy` counts: of several attributes, the mean
 * over those that have labels. `null` where it was not measured.
 */
export function baselineOf({ attributes, majorityBaseline }: Scores): number | null {
  if (attributes === undefined) return majorityBaseline?.share ?? null;
  const shares = Object.values(attributes).flatMap((one) => one.majorityBaseline?.share ?? []);
  return ratio(sum(shares), shares.length);
}

/** Nothing counted yet. */
export const noTotals: Totals = { lossSum: 0, correct: 0, count: 0 };
