import type { suggestionNames } from '../experiment/loopSettings.ts';
import type { SweepPoint } from './sweepPoint.ts';

/** Learning rates that a curve suggests; `null` where it has too few points or never falls. */
export interface Suggestions extends Record<(typeof suggestionNames)[number], number | null> {
  /** Where the smoothed loss falls fastest per factor of the learning rate. */
  readonly steepest: number | null;
  /** A tenth of where the smoothed loss is lowest: at the minimum itself training is about to diverge. */
  readonly minimum: number | null;
  /** Two thirds into the longest stretch over which the smoothed loss falls. */
  readonly valley: number | null;
}

/** What three rules make of a curve. */
export function suggest(points: readonly SweepPoint[]): Suggestions {
  const finite = points.filter(({ smoothed }) => Number.isFinite(smoothed));
  return { steepest: steepest(finite), minimum: minimum(finite), valley: valley(finite) };
}

function steepest(points: readonly SweepPoint[]): number | null {
  let best: { slope: number; lr: number } | undefined;
  for (const [index, { lr, smoothed }] of points.entries()) {
    const [before, after] = [points[index - 1], points[index + 1]];
    if (before === undefined || after === undefined) continue;
    const slope = (after.smoothed - before.smoothed) / Math.log(after.lr / before.lr);
    if (Number.isFinite(smoothed) && slope < (best?.slope ?? 0)) best = { slope, lr };
  }
  return best?.lr ?? null;
}

function minimum(points: readonly SweepPoint[]): number | null {
  if (points.length < 3) return null;
  const lowest = points.reduce((one, other) => (other.smoothed < one.smoothed ? other : one));
  return lowest === points[0] ? null : lowest.lr / 10;
}

/**
 * The longest falling subsequence of losses, found for every point from those before it.
 */
function valley(points: readonly SweepPoint[]): number | null {
  const length = points.map(() => 1);
  const previous = points.map(() => -1);
  for (const [index, { smoothed }] of points.entries()) {
    for (let before = 0; before < index; before++) {
      const falls = (points[before]?.smoothed ?? -Infinity) > smoothed;
      if (falls && (length[before] ?? 0) + 1 > (length[index] ?? 0)) {
        length[index] = (length[before] ?? 0) + 1;
        previous[index] = before;
      }
    }
  }
  const longest = Math.max(0, ...length);
  if (longest < 3) return null;
  const end = length.lastIndexOf(longest);
  let start = end;
  while ((previous[start] ?? -1) >= 0) start = previous[start] ?? 0;
  return points[start + Math.floor(((end - start) * 2) / 3)]?.lr ?? null;
}
