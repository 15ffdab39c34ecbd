import { scope, type Tensor } from '@ocelli/torch';
import type { Explanation } from './explain.ts';

/** Two heads whose maps of the same pictures are alike. */
export interface Agreement {
  readonly heads: readonly [string, string];
  /** Mean correlation of their maps over the pictures, −1 to 1. */
  readonly correlation: number;
}

/** Heads that look at the same pixels as often as this probably answer the same question. */
const alike = 0.9;

/**
 * Pairs of heads that look at the same pixels: a sign that one of them has learned the other's label.
 * Maps without any difference between pixels agree with nothing.
 */
export function agreements(explanations: readonly Explanation[]): Agreement[] {
  const maps = explanations.map(({ maps }) => scope(() => standardized(maps)));
  return explanations.flatMap(({ head: first }, i) =>
    explanations.slice(i + 1).flatMap(({ head: second }, offset) => {
      const [a, b] = [maps[i], maps[i + 1 + offset]];
      if (a === undefined || b === undefined || first === undefined || second === undefined)
        return [];
      const correlation = scope(() => a.mul(b).mean().item());
      return correlation > alike ? [{ heads: [first, second] as const, correlation }] : [];
    }),
  );
}

/** Every map with mean 0 and deviation 1, or 0 where it is the same everywhere. */
function standardized(maps: Tensor): Tensor {
  const flat = maps.flatten(1);
  const centred = flat.sub(flat.mean([1], { keepdim: true }));
  const deviation = centred.pow(2).mean([1], { keepdim: true }).sqrt();
  return centred.div(deviation.clamp({ min: 1e-12 }));
}
