import { optionError } from '@ocelli/torch';
import type { AttributeSchema } from '../attributeSchema.ts';
import type { AttributeTable } from './attributeTable.ts';
import { labelMatcher } from './labelQuery.ts';
import type { LabelQuery } from './labelQuery.ts';
import { parseQuery, queryText } from './queryText.ts';

/** Rows that fit `when` are there `times` as often as before. */
export interface OversamplingRule<Schema extends AttributeSchema> {
  readonly when: LabelQuery<Schema>;
  /** A whole number of at least 2. */
  readonly times: number;
}

/** A training part grown by rules. */
export interface Oversampling {
  /** Rows of the table, some of them several times: first those given, then the copies. */
  readonly rows: Int32Array;
  /** After each rule, how many rows there are. */
  readonly steps: readonly { readonly rule: string; readonly rows: number }[];
  /** How often the row that is there most often is there. */
  readonly mostRepeats: number;
  /** That row. */
  readonly mostRepeated: number;
  /** Set if a row is there so often that a network learns it by heart. */
  readonly warning?: string;
}

/** Copies of one picture above which a warning is given. */
export const MANY_REPEATS = 20;

/**
 * Repeats rows by rules in sequence, each on what the ones before have made of the table: a picture
 * that fits three rules of 6, 2 and 3 is there 36 times.
 *
 * @param rows the rows to start from: the training part, never the whole table.
 * @throws {OptionError} if `times` is no whole number of at least 2, a rule fits no row, or names an
 *   attribute or class that does not exist.
 */
export function oversample<const Schema extends AttributeSchema>(
  table: AttributeTable<Schema>,
  rows: Int32Array,
  rules: readonly OversamplingRule<Schema>[],
): Oversampling {
  let grown = rows;
  const steps = rules.map((rule) => {
    const text = `${queryText(rule.when)} x${rule.times}`;
    grown = withCopies(table, grown, { ...rule, text });
    return { rule: text, rows: grown.length };
  });
  const { row, count } = mostFrequent(grown, table.length);
  const facts = { rows: grown, steps, mostRepeats: count, mostRepeated: row };
  return count > MANY_REPEATS ? { ...facts, warning: warningOf(table.pathOf(row), count) } : facts;
}

/** Reads an oversampling rule: `QUERY xTIMES`. @throws {OptionError} */
export function parseOversamplingRule(text: string): OversamplingRule<AttributeSchema> {
  const [, query, times] = /^(.+)\s[x×](\d+)\s*$/.exec(text) ?? [];
  if (query === undefined) {
    throw optionError('oversampling rule', 'text', 'like "emotion != Neutral x6"', text);
  }
  return { when: parseQuery(query), times: Number(times) };
}

function withCopies<Schema extends AttributeSchema>(
  table: AttributeTable<Schema>,
  rows: Int32Array,
  { when, times, text }: OversamplingRule<Schema> & { readonly text: string },
): Int32Array {
  if (!Number.isSafeInteger(times) || times < 2) {
    throw optionError('oversample', 'times', 'an integer of at least 2', times);
  }
  const matches = labelMatcher('oversample', table.schema, when);
  const width = table.names.length;
  const found = rows.filter((row) => matches(table.labels, row * width));
  if (found.length === 0) throw optionError('oversample', 'when', 'a rule that fits a row', text);
  const grown = new Int32Array(rows.length + (times - 1) * found.length);
  grown.set(rows);
  for (let copy = 0; copy < times - 1; copy++) grown.set(found, rows.length + copy * found.length);
  return grown;
}

function mostFrequent(rows: Int32Array, count: number): { row: number; count: number } {
  const counts = new Int32Array(count);
  let most = rows[0] ?? 0;
  for (const row of rows) {
    counts[row] = (counts[row] ?? 0) + 1;
    if ((counts[row] ?? 0) > (counts[most] ?? 0)) most = row;
  }
  return { row: most, count: counts[most] ?? 0 };
}

function warningOf(path: string, count: number): string {
  return (
    `${path} is there ${count} times: a network learns such pictures by heart. ` +
    'Use smaller factors, class weights or a balanced sampler.'
  );
}
