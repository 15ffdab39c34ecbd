import { attributeNames, classesOf, MISSING } from '../attributeSchema.ts';
import type { AttributeSchema } from '../attributeSchema.ts';
import type { AttributeTable } from './attributeTable.ts';

/** The names of one-hot columns: attribute and class, `gender_female`. */
export function oneHotColumns(schema: AttributeSchema): readonly string[] {
  return attributeNames(schema).flatMap((name) =>
    classesOf(schema, name).map((label) => `${name}_${label}`),
  );
}

/** A table as ones and zeros, `(N, columns)` row by row; all zeros where a label is missing. */
export function oneHot<Schema extends AttributeSchema>(table: AttributeTable<Schema>): Uint8Array {
  const { labels, names, schema } = table;
  const sizes = names.map((name) => classesOf(schema, name).length);
  const width = sizes.reduce((sum, size) => sum + size, 0);
  const ones = new Uint8Array(table.length * width);
  for (let row = 0; row < table.length; row++) {
    let start = row * width;
    for (const [a, size] of sizes.entries()) {
      const label = labels[row * names.length + a] ?? MISSING;
      if (label !== MISSING) ones[start + label] = 1;
      start += size;
    }
  }
  return ones;
}
