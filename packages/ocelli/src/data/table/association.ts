import { attributeNames, classesOf, MISSING } from '../attributeSchema.ts';
import type { AttributeSchema } from '../attributeSchema.ts';

/** How much one attribute says about another. */
export interface Association {
  readonly a: string;
  readonly b: string;
  /** Cramér's V: 0 if they are independent, 1 if one follows from the other; null without variation. */
  readonly cramersV: number | null;
  /** Pearson's χ² of their contingency table, and its degrees of freedom; null without variation. */
  readonly chiSquared: number | null;
  readonly freedom: number | null;
  /** Rows in which both are labelled. */
  readonly rows: number;
}

/**
 * The association of every pair of attributes, the strongest first.
 *
 * V = sqrt(χ² / (n · (min(r, c) − 1))), over the classes that occur.
 *
 * @param labels `(N, A)` row by row, −1 where a label is missing.
 * @see Cramér 1946, "Mathematical Methods of Statistics", 21.9
 */
export function associations(schema: AttributeSchema, labels: Int32Array): Association[] {
  const names = attributeNames(schema);
  const pairs = names.flatMap((a, i) =>
    names.slice(i + 1).map((b, offset) => {
      const table = contingency(schema, labels, [i, i + 1 + offset]);
      return { a, b, ...strengthOf(table) };
    }),
  );
  return pairs.sort((x, y) => (y.cramersV ?? -1) - (x.cramersV ?? -1));
}

/** How often each class of one attribute comes with each class of the other. */
function contingency(
  schema: AttributeSchema,
  labels: Int32Array,
  [a, b]: readonly [number, number],
): number[][] {
  const names = attributeNames(schema);
  const classes = (column: number): readonly string[] => classesOf(schema, names[column] ?? '');
  const table = classes(a).map(() => classes(b).map(() => 0));
  for (let start = 0; start < labels.length; start += names.length) {
    const [i, j] = [labels[start + a] ?? MISSING, labels[start + b] ?? MISSING];
    const row = table[i];
    if (row !== undefined && j !== MISSING) row[j] = (row[j] ?? 0) + 1;
  }
  return table;
}

function strengthOf(table: readonly (readonly number[])[]): Omit<Association, 'a' | 'b'> {
  const rowSums = table.map((row) => row.reduce((sum, count) => sum + count, 0));
  const columnSums = (table[0] ?? []).map((_, j) =>
    table.reduce((sum, row) => sum + (row[j] ?? 0), 0),
  );
  const rows = rowSums.reduce((sum, count) => sum + count, 0);
  const ranks = [rowSums, columnSums].map((sums) => sums.filter((sum) => sum > 0).length);
  const least = Math.min(...ranks) - 1;
  if (least < 1) return { cramersV: null, chiSquared: null, freedom: null, rows };
  let chiSquared = 0;
  for (const [i, row] of table.entries()) {
    for (const [j, count] of row.entries()) {
      const expected = ((rowSums[i] ?? 0) * (columnSums[j] ?? 0)) / rows;
      if (expected > 0) chiSquared += (count - expected) ** 2 / expected;
    }
  }
  const freedom = ranks.reduce((product, rank) => product * (rank - 1), 1);
  return { cramersV: Math.sqrt(chiSquared / (rows * least)), chiSquared, freedom, rows };
}
