import { attributeCounts } from '../attributeCounts.ts';
import type { AttributeSchema } from '../attributeSchema.ts';
import type { AttributeTable } from './attributeTable.ts';
import type { Oversampling } from './oversample.ts';
import type { TableSplit } from './splitTable.ts';

/** What is known about a table that has been divided. */
export interface DividedTable {
  readonly split: TableSplit;
  /** Rows of one number show the same picture. */
  readonly twins: Int32Array;
  readonly oversampling?: Oversampling;
}

/** Sentences about what does not end a training but may spoil it. */
export function tableWarnings<Schema extends AttributeSchema>(
  table: AttributeTable<Schema>,
  { split, twins, oversampling }: DividedTable,
): readonly string[] {
  return [
    ...lonelyClasses(table),
    ...unseenClasses(table, 'validation', split.validation),
    ...(split.test ? unseenClasses(table, 'test', split.test) : []),
    ...copies(table, twins),
    ...(oversampling?.warning === undefined ? [] : [oversampling.warning]),
  ];
}

/** Classes that one picture alone has. */
export function lonelyClasses<Schema extends AttributeSchema>(
  table: AttributeTable<Schema>,
): string[] {
  return namedCounts(table).flatMap(({ name, label, count }) =>
    count === 1 ? [`${table.file}: class "${label}" of ${name} has one picture.`] : [],
  );
}

function unseenClasses<Schema extends AttributeSchema>(
  table: AttributeTable<Schema>,
  part: string,
  rows: Int32Array,
): string[] {
  return namedCounts(table, rows).flatMap(({ name, label, count }) =>
    count === 0
      ? [`${part} part: no picture has class "${label}" of ${name}; its figures leave it out.`]
      : [],
  );
}

function copies<Schema extends AttributeSchema>(
  table: AttributeTable<Schema>,
  twins: Int32Array,
): string[] {
  const again = [...twins.keys()].filter((row) => twins[row] !== row);
  const [first] = again;
  if (first === undefined) return [];
  const names = `"${table.pathOf(first)}" is "${table.pathOf(twins[first] ?? 0)}"`;
  return [
    `${table.file}: ${again.length} pictures look exactly like another one (${names}); ` +
      'such pictures stay in one part.',
  ];
}

interface NamedCount {
  readonly name: string;
  readonly label: string;
  readonly count: number;
}

function namedCounts<Schema extends AttributeSchema>(
  { schema, labels }: AttributeTable<Schema>,
  rows?: Int32Array,
): NamedCount[] {
  return attributeCounts(schema, labels, rows).flatMap(({ name, classes, counts }) =>
    classes.map((label, code) => ({ name, label, count: counts[code] ?? 0 })),
  );
}
