import { attributeCounts } from '../attributeCounts.ts';
import { attributeNames, classesOf } from '../attributeSchema.ts';
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
    ...unlabelled(table, split.train),
    ...lonelyClasses(table),
    ...lookalikeClasses(table),
    ...(split.validation.length > 0 ? unseenClasses(table, 'validation', split.validation) : []),
    ...(split.test ? unseenClasses(table, 'test', split.test) : []),
    ...copies(table, twins),
    ...(oversampling?.warning === undefined ? [] : [oversampling.warning]),
  ];
}

/** Attributes that a head cannot learn. */
function unlabelled<Schema extends AttributeSchema>(
  { schema, labels }: AttributeTable<Schema>,
  train: Int32Array,
): string[] {
  return attributeCounts(schema, labels, train).flatMap(({ name, counts }) =>
    counts.some((count) => count > 0)
      ? []
      : [`training part: no picture has a label of ${name}; its head learns nothing.`],
  );
}

/** Classes that one picture alone has. */
export function lonelyClasses<Schema extends AttributeSchema>(
  table: AttributeTable<Schema>,
): string[] {
  return namedCounts(table).flatMap(({ name, label, count }) =>
    count === 1 ? [`${table.file}: class "${label}" of ${name} has one picture.`] : [],
  );
}

/** Classes that are probably one, written in two ways. */
export function lookalikeClasses<Schema extends AttributeSchema>({
  file,
  schema,
}: AttributeTable<Schema>): string[] {
  return attributeNames(schema).flatMap((name) => {
    const byLook = new Map<string, string[]>();
    for (const label of classesOf(schema, name)) {
      const look = label.toLowerCase().replaceAll(/(?<=\p{L})[\s_-]+(?=\p{L})/gu, ''); // −1 is not 1
      byLook.set(look, [...(byLook.get(look) ?? []), label]);
    }
    const alike = [...byLook.values()].filter((labels) => labels.length > 1);
    return alike.map((labels) => {
      const named = labels.map((label) => `"${label}"`).join(' and ');
      return `${file}: classes ${named} of ${name} differ in case, spaces or hyphens alone. Are they one?`;
    });
  });
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
