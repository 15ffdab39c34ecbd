import { didYouMean, optionError } from '@ocelli/torch';
import { attributeNames, classesOf, MISSING } from '../attributeSchema.ts';
import type { AttributeName, AttributeSchema, ClassOf } from '../attributeSchema.ts';
import type { AttributeTable } from './attributeTable.ts';

/** What a label has to be: one class, one of several, or none of them. */
export type Wanted<Class extends string> =
  Class | readonly Class[] | { readonly not: Class | readonly Class[] };

/**
 * Rows of a table by their labels: all conditions have to hold. A missing label fulfils none, not even
 * a negated one, since nobody knows what it would be.
 */
export type LabelQuery<Schema extends AttributeSchema> = {
  readonly [Name in AttributeName<Schema>]?: Wanted<ClassOf<Schema, Name>>;
};

/** Tells whether the labels that start at `offset` fit a query. */
export type LabelMatcher = (labels: Int32Array, offset: number) => boolean;

/**
 * The rows that fit a query, in their order.
 *
 * @throws {OptionError} if the query names an attribute or class that does not exist (nearest told).
 */
export function matchingRows<const Schema extends AttributeSchema>(
  table: AttributeTable<Schema>,
  query: LabelQuery<Schema>,
): Int32Array {
  const matches = labelMatcher('matchingRows', table.schema, query);
  const width = attributeNames(table.schema).length;
  const rows: number[] = [];
  for (let row = 0; row < table.length; row++) {
    if (matches(table.labels, row * width)) rows.push(row);
  }
  return Int32Array.from(rows);
}

/** @internal A query made ready to be asked a million times. */
export function labelMatcher<Schema extends AttributeSchema>(
  where: string,
  schema: Schema,
  query: LabelQuery<Schema>,
): LabelMatcher {
  const conditions = Object.entries(query as LabelQuery<AttributeSchema>).map(([name, wanted]) =>
    conditionOf(where, schema, { name, wanted: wanted ?? [] }),
  );
  return (labels, offset) =>
    conditions.every(({ column, allowed }) => allowed.has(labels[offset + column] ?? MISSING));
}

interface Condition {
  readonly column: number;
  readonly allowed: ReadonlySet<number>;
}

function conditionOf(
  where: string,
  schema: AttributeSchema,
  { name, wanted }: { name: string; wanted: Wanted<string> },
): Condition {
  const column = columnOf(where, schema, name);
  const isNegated = typeof wanted === 'object' && 'not' in wanted;
  const named = listOf(isNegated ? wanted.not : wanted);
  const codes = new Set(named.map((label) => codeOf(where, schema, { name, label })));
  const all = classesOf(schema, name).keys();
  return { column, allowed: isNegated ? new Set([...all].filter((c) => !codes.has(c))) : codes };
}

/** @internal One class or several, as a list. */
export function listOf(classes: string | readonly string[]): readonly string[] {
  return typeof classes === 'string' ? [classes] : classes;
}

/** @internal Where an attribute stands in the schema. @throws {OptionError} */
export function columnOf(where: string, schema: AttributeSchema, name: string): number {
  const names = attributeNames(schema);
  const column = names.indexOf(name);
  if (column >= 0) return column;
  const rule = `one of ${names.join(', ')}`;
  throw optionError(where, 'attribute', rule, name, didYouMean(name, names));
}

/** @internal The label of a class. @throws {OptionError} */
export function codeOf(
  where: string,
  schema: AttributeSchema,
  { name, label }: { name: string; label: string },
): number {
  const classes = classesOf(schema, name);
  const code = classes.indexOf(label);
  if (code >= 0) return code;
  const rule = `one of ${classes.join(', ')}`;
  throw optionError(where, name, rule, label, didYouMean(label, classes));
}
