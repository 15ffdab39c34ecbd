import { attributeNames } from '../attributeSchema.ts';
import { permutation } from '../randomOrder.ts';
import { contradictionShare, personCounts, personSchema } from './personSchema.ts';
import type { PersonLabels } from './personSchema.ts';

/**
 * What each of `count` drawn persons shows. Every class is there as often as its share of the founding
 * table says, to the nearest whole person; attributes are independent of one another, but for one thing:
 * whoever is seen from behind shows no face, and counts as Neutral except for a few contradictions.
 */
export function personLabels(count: number, seed: number): PersonLabels[] {
  const names = attributeNames(personSchema);
  const columns = new Map(
    names.map((name, a) => [name, dealt(personCounts[name], count, [seed, a])]),
  );
  const column = (name: keyof typeof personSchema): Int32Array =>
    columns.get(name) ?? new Int32Array();
  seenFromBehind(column('emotion'), column('bodypose'));
  return Array.from({ length: count }, (_, i) => {
    const labels = names.map((name) => [name, personSchema[name][column(name)[i] ?? 0]]);
    return Object.fromEntries(labels) as PersonLabels; // one class of each attribute
  });
}

/** Codes in their shares, shuffled. */
function dealt(
  weights: readonly number[],
  count: number,
  [seed, attribute]: readonly [number, number],
): Int32Array {
  const counts = shares(weights, count);
  const codes = counts.flatMap((times, code) => new Array<number>(times).fill(code));
  return permutation(seed, attribute, count).map((place) => codes[place] ?? 0);
}

/** Whole numbers that add up to `count`, as near to their shares as can be (largest remainders). */
export function shares(weights: readonly number[], count: number): number[] {
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const exact = weights.map((weight) => (weight * count) / total);
  const whole = exact.map(Math.floor);
  const left = count - whole.reduce((sum, value) => sum + value, 0);
  const order = [...exact.keys()].sort((a, b) => ((exact[b] ?? 0) % 1) - ((exact[a] ?? 0) % 1));
  for (const index of order.slice(0, left)) whole[index] = (whole[index] ?? 0) + 1;
  return whole;
}

/** Moves emotions away from backs, to people of whom one sees the face: shares stay as they are. */
function seenFromBehind(emotions: Int32Array, poses: Int32Array): void {
  const back = personSchema.bodypose.indexOf('Back');
  const neutral = personSchema.emotion.indexOf('Neutral');
  const rows = [...poses.keys()];
  const contradictions = Math.round(
    contradictionShare * rows.filter((i) => poses[i] === back).length,
  );
  const wrong = rows.filter((i) => poses[i] === back && emotions[i] !== neutral);
  const faces = rows.filter((i) => poses[i] !== back && emotions[i] === neutral);
  for (const [index, row] of wrong.slice(contradictions).entries()) {
    const face = faces[index];
    if (face === undefined) return;
    emotions[face] = emotions[row] ?? neutral;
    emotions[row] = neutral;
  }
}
