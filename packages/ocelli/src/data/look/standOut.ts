/** A value far from the others. */
export interface StandingOut {
  readonly row: number;
  readonly value: number;
  /** How far, in robust standard deviations; negative below the median. */
  readonly score: number;
}

/** Robust deviations beyond which a value stands out. */
const FAR = 3.5;

/**
 * Values far from the median of all, the farthest first: those whose modified z-score is beyond 3.5.
 *
 * @param values one a row; those that are not finite are left out.
 * @see Iglewicz and Hoaglin 1993, "How to Detect and Handle Outliers"
 */
export function standOut(values: Float64Array): StandingOut[] {
  const known = Array.from(values.entries()).filter(([, value]) => Number.isFinite(value));
  const centre = median(known.map(([, value]) => value));
  const distances = known.map(([, value]) => Math.abs(value - centre));
  // Where more than half are alike, the median distance is 0 and the mean one takes its place.
  const mean = distances.reduce((sum, distance) => sum + distance, 0) / distances.length;
  const unit = 1.4826 * median(distances) || 1.253314 * mean;
  if (!(unit > 0)) return [];
  return known
    .map(([row, value]) => ({ row, value, score: (value - centre) / unit }))
    .filter(({ score }) => Math.abs(score) > FAR)
    .sort((a, b) => Math.abs(b.score) - Math.abs(a.score));
}

function median(values: readonly number[]): number {
  const sorted = Float64Array.from(values).sort();
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? NaN) + upper) / 2;
}
