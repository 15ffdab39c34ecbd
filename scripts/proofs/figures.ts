/** The mean of several figures. */
export function meanOf(values: readonly number[]): number {
  return values.reduce((a, b) => a + b, 0) / values.length;
}

/** A share as the records write it, `94.02 %`. */
export function percent(share: number): string {
  return `${(100 * share).toFixed(2)} %`;
}
