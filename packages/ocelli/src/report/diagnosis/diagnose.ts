import type { Finding, Rule, Symptoms } from './finding.ts';
import { overfit, tooSmall, underfit } from './fitRules.ts';
import { imbalance, overconfident, starvingHead } from './headRules.ts';
import { divergence, ineffectiveDrop, rateTooHigh } from './rateRules.ts';

export type { Finding };

/** The most urgent first. */
const rules: readonly Rule[] = [
  divergence,
  rateTooHigh,
  starvingHead,
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
  return rules.flatMap((rule) => rule(run));
}
