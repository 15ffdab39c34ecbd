import { MISSING } from '../src/data/attributeSchema.ts';
import type { AttributeSchema } from '../src/data/attributeSchema.ts';
import { AttributeTable } from '../src/data/table/attributeTable.ts';
import { TextColumn } from '../src/data/table/textColumn.ts';

/** A table without a file: row i shows `i.jpg`; each row is its classes in order, `null` if missing. */
export function smallTable<const Schema extends AttributeSchema>(
  schema: Schema,
  rows: readonly (readonly (string | null)[])[],
  groups?: Int32Array,
): AttributeTable<Schema> {
  const paths = new TextColumn();
  for (const row of rows.keys()) paths.push(`${row}.jpg`);
  const classes = Object.values(schema);
  const codes = rows.flatMap((row) =>
    row.map((label, a) => (label === null ? MISSING : (classes[a]?.indexOf(label) ?? MISSING))),
  );
  return new AttributeTable({
    file: 'labels.csv',
    schema,
    imageColumn: 'image',
    paths,
    records: Int32Array.from(rows.keys()),
    labels: Int32Array.from(codes),
    ...(groups && { groups }),
  });
}
