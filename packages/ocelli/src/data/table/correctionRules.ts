import { DataError, optionError } from '@ocelli/torch';
import type { AttributeName, AttributeSchema, ClassOf } from '../attributeSchema.ts';
import type { AttributeTable } from './attributeTable.ts';
import { codeOf, columnOf, labelMatcher } from './labelQuery.ts';
import type { LabelMatcher, LabelQuery } from './labelQuery.ts';
import { parseQuery, queryText, unquoted } from './queryText.ts';

/** Where `when` holds, the labels named in `set` must be what stands there. */
export interface CorrectionRule<Schema extends AttributeSchema> {
  readonly when: LabelQuery<Schema>;
  readonly set: { readonly [Name in AttributeName<Schema>]?: ClassOf<Schema, Name> };
}

/** What a rule did, for the record of a run. */
export interface RuleRecord {
  /** `bodypose = Back => emotion := Neutral`. */
  readonly rule: string;
  /** Rows in which `when` holds. */
  readonly matched: number;
  /** Rows in which a label was another or missing. */
  readonly changed: number;
  /** Of those, rows whose label contradicted the rule; in the others it was missing. */
  readonly contradicted: number;
}

/** A table whose labels follow rules, and what that took. */
export interface CorrectedTable<Schema extends AttributeSchema> {
  readonly table: AttributeTable<Schema>;
  readonly records: readonly RuleRecord[];
}

/**
 * Applies rules one after another; the table given stays as it is.
 *
 * Afterwards every rule is asked again: none may be broken by one that came later.
 *
 * @throws {OptionError} if a rule names an attribute or class that does not exist.
 * @throws {DataError} if a later rule undid an earlier one.
 */
export function applyCorrectionRules<const Schema extends AttributeSchema>(
  table: AttributeTable<Schema>,
  rules: readonly CorrectionRule<Schema>[],
): CorrectedTable<Schema> {
  const labels = table.labels.slice();
  const width = table.names.length;
  const ready = rules.map((rule) => compiled(table.schema, rule));
  const records = ready.map((rule) => correct(labels, width, rule));
  for (const rule of ready) {
    const { changed } = correct(labels.slice(), width, rule);
    if (changed > 0) throw undone(table.file, rule.text, changed);
  }
  return { table: table.relabelled(labels), records };
}

/** Reads a correction rule: `QUERY => ATTRIBUTE := CLASS`. @throws {OptionError} */
export function parseCorrectionRule(text: string): CorrectionRule<AttributeSchema> {
  const [when, consequence = '', ...more] = text.split('=>');
  const [, name, label] = /^\s*(.+?)\s*:=\s*(.+?)\s*$/.exec(consequence) ?? [];
  if (when === undefined || name === undefined || label === undefined || more.length > 0) {
    const rule = 'like "bodypose = Back => emotion := Neutral"';
    throw optionError('correction rule', 'text', rule, text);
  }
  return { when: parseQuery(when), set: { [name]: unquoted(label) } };
}

interface CompiledRule {
  readonly text: string;
  readonly matches: LabelMatcher;
  readonly set: readonly { readonly column: number; readonly code: number }[];
}

function compiled<Schema extends AttributeSchema>(
  schema: Schema,
  rule: CorrectionRule<Schema>,
): CompiledRule {
  const where = 'correction rule';
  const set = Object.entries(rule.set as Record<string, string>);
  const consequences = set.map(([name, label]) => `${name} := ${label}`).join(', ');
  return {
    text: `${queryText(rule.when)} => ${consequences}`,
    matches: labelMatcher(where, schema, rule.when),
    set: set.map(([name, label]) => {
      const column = columnOf(where, schema, name);
      return { column, code: codeOf(where, schema, { name, label }) };
    }),
  };
}

function correct(labels: Int32Array, width: number, rule: CompiledRule): RuleRecord {
  const { text, matches, set } = rule;
  let [matched, changed, contradicted] = [0, 0, 0];
  for (let offset = 0; offset < labels.length; offset += width) {
    if (!matches(labels, offset)) continue;
    matched++;
    const wrong = set.filter(({ column, code }) => labels[offset + column] !== code);
    if (wrong.length > 0) changed++;
    if (wrong.some(({ column }) => (labels[offset + column] ?? -1) >= 0)) contradicted++;
    for (const { column, code } of wrong) labels[offset + column] = code;
  }
  return { rule: text, matched, changed, contradicted };
}

function undone(file: string, rule: string, rows: number): DataError {
  return new DataError(
    `${file}: expected the rules to agree, got ${rows} rows that break "${rule}" after all were ` +
      'applied. Put it last, or change the one that undoes it.',
  );
}
