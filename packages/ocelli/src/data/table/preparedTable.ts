import { createHash } from 'node:crypto';
import fs from 'node:fs';
import { DataError } from '@ocelli/torch';
import { checkSchema } from '../attributeSchema.ts';
import type { AttributeSchema } from '../attributeSchema.ts';
import { csvLine } from '../csvLine.ts';
import { systemReason } from '../systemReason.ts';
import type { AttributeTable } from './attributeTable.ts';
import type { RuleRecord } from './correctionRules.ts';
import { readTable } from './readTable.ts';

/** What is stored beside a prepared table, as `<table>.json`. */
export interface PreparedRecord {
  readonly rows: number;
  /** Of the table's bytes. */
  readonly sha256: string;
  readonly imageColumn: string;
  /** All classes, also those that no row of this table has. */
  readonly attributes: AttributeSchema;
  /** The rules that were applied. */
  readonly corrections: readonly RuleRecord[];
}

/** A table as it was prepared, and how. */
export interface PreparedTable {
  readonly table: AttributeTable;
  readonly corrections: readonly RuleRecord[];
}

/**
 * Saves a table after correction as CSV, the picture first, and beside it `<file>.json` with its schema,
 * the rules applied and a checksum.
 */
export function writePreparedTable<Schema extends AttributeSchema>(
  file: string,
  table: AttributeTable<Schema>,
  corrections: readonly RuleRecord[] = [],
): void {
  const { names, imageColumn, schema, length } = table;
  const lines = [csvLine([imageColumn, ...names])];
  for (let row = 0; row < length; row++) {
    const labels = names.map((name) => table.labelOf(row, name) ?? '');
    lines.push(csvLine([table.pathOf(row), ...labels]));
  }
  const text = lines.join('');
  fs.writeFileSync(file, text);
  const record: PreparedRecord = {
    rows: length,
    sha256: sha256(text),
    imageColumn,
    attributes: schema,
    corrections,
  };
  fs.writeFileSync(recordOf(file), `${JSON.stringify(record, null, 2)}\n`);
}

/**
 * Reads a prepared table back and checks that it is the one that was saved.
 *
 * @throws {DataError} if the record is missing or no record, or the table was changed since.
 */
export async function readPreparedTable(file: string): Promise<PreparedTable> {
  const { sha256: expected, rows, imageColumn, attributes, corrections } = readRecord(file);
  const { table } = await readTable(file, { schema: attributes, imageColumn });
  const isSame = sha256(fs.readFileSync(file)) === expected && table.length === rows;
  if (isSame) return { table, corrections };
  throw new DataError(
    `${file}: expected the table that was prepared, got one that was changed since. ` +
      'Prepare it again, or read it as a table of its own.',
  );
}

function readRecord(file: string): PreparedRecord {
  const path = recordOf(file);
  try {
    const record = JSON.parse(fs.readFileSync(path, 'utf8')) as PreparedRecord;
    checkSchema(path, record.attributes);
    return record;
  } catch (cause) {
    if (cause instanceof DataError) throw cause;
    const isForeign = cause instanceof SyntaxError || cause instanceof TypeError;
    const got = isForeign ? 'something else' : systemReason(cause);
    throw new DataError(`${path}: expected the record of a prepared table, got ${got}.`, { cause });
  }
}

function recordOf(file: string): string {
  return `${file}.json`;
}

function sha256(content: string | Buffer): string {
  return createHash('sha256').update(content).digest('hex');
}
