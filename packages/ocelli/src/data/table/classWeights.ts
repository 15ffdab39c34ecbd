import { OptionCheck } from '@ocelli/torch';
import type { AttributeCounts } from '../attributeCounts.ts';

/** How much the classes of an attribute count in the loss, so that rare ones are not forgotten. */
export type ClassWeighting =
  | {
      /** Inversely to how often they are there: n / (K · n_c). */
      readonly kind: 'inverse';
    }
  | {
      /** Inversely to their effective number (1 − β^n_c) / (1 − β), which saturates. */
      readonly kind: 'effective';
      /** From 0 (all alike) to below 1 (the inverse frequency). @default 0.999 */
      readonly beta?: number;
    }
  | {
      /** As given, by class; those not named weigh 1. */
      readonly kind: 'given';
      readonly weights: Readonly<Record<string, number>>;
    };

/**
 * A weight for every class of an attribute, in the order of its classes.
 *
 * Except for given ones, weights are scaled so that the mean over labelled rows is 1: the loss keeps its
 * size. A class without rows has no weight to be had from counts; it gets 0.
 *
 * @param counts of the training part, before any oversampling.
 * @throws {OptionError} if β is outside [0, 1), a given class does not exist, or a weight is negative.
 * @see Cui, Jia, Lin, Song and Belongie 2019, "Class-Balanced Loss Based on Effective Number of Samples"
 */
export function classWeights(
  { name, classes, counts }: Pick<AttributeCounts, 'name' | 'classes' | 'counts'>,
  weighting: ClassWeighting,
): number[] {
  const check = new OptionCheck(`classWeights of ${name}`);
  switch (weighting.kind) {
    case 'given':
      return given(classes, weighting.weights, check);
    case 'inverse':
      return balanced(counts, (count) => 1 / count);
    case 'effective': {
      const beta = check.number('beta', weighting.beta ?? 0.999, [0, 1]);
      if (beta === 1) throw check.error('beta', 'below 1', beta);
      return balanced(counts, (count) => (1 - beta) / (1 - beta ** count));
    }
  }
}

/** Scaled so that the weights of all labelled rows add up to their number. */
function balanced(counts: readonly number[], weightOf: (count: number) => number): number[] {
  const raw = counts.map((count) => (count === 0 ? 0 : weightOf(count)));
  const labelled = counts.reduce((sum, count) => sum + count, 0);
  const weighed = raw.reduce((sum, weight, c) => sum + weight * (counts[c] ?? 0), 0);
  return raw.map((weight) => (weighed === 0 ? 0 : (weight * labelled) / weighed));
}

function given(
  classes: readonly string[],
  weights: Readonly<Record<string, number>>,
  check: OptionCheck,
): number[] {
  for (const [label, weight] of Object.entries(weights)) {
    check.oneOf('weights', label, classes);
    check.number(label, weight, [0]);
  }
  return classes.map((label) => weights[label] ?? 1);
}
