import type { Finding, Rule, Symptoms } from './finding.ts';
import { overfit, tooSmall, underfit } from './fitRules.ts';
import { headsInConflict, imbalance, overconfident, starvingHead } from './headRules.ts';
import { divergence, ineffectiveDrop, nothingLearned, rateTooHigh } from './rateRules.ts';

export type { Finding };

/** Where one of these finds something, there is nothing yet that others could judge. */
const failures: readonly Rule[] = [divergence, nothingLearned];

/** The most urgent first. */
const rules: readonly Rule[] = [
  rateTooHigh,
  starvingHead,
  headsInConflict,
  overfit,
  underfit,
  tooSmall,
  imbalance,
  ineffectiveDrop,
  overconfident,
];

/**
 * What a run shows, in plain words, each with the next command to try. Rules of thumb with the figures
 * they rest on, not proofs.
 */
export function diagnose(run: Symptoms): Finding[] {
  const failed = failures.flatMap((rule) => rule(run));
  return failed.length > 0 ? failed : rules.flatMap((rule) => rule(run));
}
