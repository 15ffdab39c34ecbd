/** `a / b`, and `null` instead of a division by nothing. */
export function ratio(a: number, b: number): number | null {
  return b === 0 ? null : a / b;
}

export function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
