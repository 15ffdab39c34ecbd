import { scope, type Tensor } from '@ocelli/torch';
import type { Explanation } from './explain.ts';

/** Heads whose maps of the same pictures are alike. */
export interface Agreement {
  /** Two or more, in the order of the explanations. */
  readonly heads: readonly string[];
  /** The least of the mean correlations of their maps over the pictures with the first head's, −1 to 1. */
  readonly correlation: number;
}

/** Heads that look at the same pixels as often as this probably answer the same question. */
const alike = 0.9;

/**
 * Groups of heads that look at the same pixels as the first of each group: a sign that they have learned
 * one another's labels. Maps without any difference between pixels agree with nothing.
 */
export function agreements(explanations: readonly Explanation[]): Agreement[] {
  const rest = explanations.flatMap(({ head, maps }) =>
    head === undefined ? [] : [{ head, maps: scope(() => standardized(maps)) }],
  );
  const groups: Agreement[] = [];
  while (rest.length > 0) {
    const [first] = rest.splice(0, 1);
    if (first === undefined) break;
    const others = rest
      .map(({ head, maps }) => ({ head, correlation: correlationOf(first.maps, maps) }))
      .filter(({ correlation }) => correlation > alike);
    if (others.length === 0) continue;
    const heads = [first.head, ...others.map(({ head }) => head)];
    groups.push({ heads, correlation: Math.min(...others.map(({ correlation }) => correlation)) });
    rest.splice(0, rest.length, ...rest.filter(({ head }) => !heads.includes(head)));
  }
  return groups;
}

function correlationOf(a: Tensor, b: Tensor): number {
  return scope(() => a.mul(b).mean().item());
}

/** Every map with mean 0 and deviation 1, or 0 where it is the same everywhere. */
function standardized(maps: Tensor): Tensor {
  const flat = maps.flatten(1);
  const centred = flat.sub(flat.mean([1], { keepdim: true }));
  const deviation = centred.pow(2).mean([1], { keepdim: true }).sqrt();
  return centred.div(deviation.clamp({ min: 1e-12 }));
}
