/**
 * The logarithms of how likely each class is before a picture is looked at. Added to the logits in
 * training (times τ), or taken off in prediction, they make a network give every class its due.
 *
 * A class without rows counts as half a row, so that its logarithm is finite; the others as they are.
 *
 * @param counts of the training part, by label.
 * @see Menon, Jayasumana, Rawat, Jain, Veit and Kumar 2021, "Long-tail learning via logit adjustment"
 */
export function logPriors(counts: readonly number[]): number[] {
  const filled = counts.map((count) => Math.max(count, 0.5));
  const total = filled.reduce((sum, count) => sum + count, 0);
  return filled.map((count) => Math.log(count / total));
}
