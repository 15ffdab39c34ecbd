import type { OptionCheck } from '@ocelli/torch';

/** Refuses what is no chance, and 0 too: a transform that never does anything is a mistake. */
export function checkProbability(check: OptionCheck, probability: number): void {
  if (probability > 0 && probability <= 1) return;
  throw check.error('probability', 'above 0 and at most 1', probability);
}
