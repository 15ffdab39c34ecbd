import fs from 'node:fs';
import { DataError } from '@ocelli/torch';
import type { AttributeSchema } from '../attributeSchema.ts';
import { systemReason } from '../systemReason.ts';
import type { AttributeTable } from './attributeTable.ts';
import type { TableSplit } from './splitTable.ts';

/** Parts of a table in the order they are stored. */
const PARTS = ['train', 'validation', 'test'] as const;

/**
 * Stores which pictures are in which part, by name, so that later stages of a run, or another run,
 * train and validate on the same ones whatever becomes of the table's order.
 */
export function writeSplitFile<Schema extends AttributeSchema>(
  file: string,
  table: AttributeTable<Schema>,
  split: TableSplit,
): void {
  const names = (rows: Int32Array): string[] => Array.from(rows, (row) => table.pathOf(row));
  const parts = PARTS.flatMap((part) => {
    const rows = split[part];
    return rows === undefined ? [] : [[part, names(rows)] as const];
  });
  fs.writeFileSync(file, `${JSON.stringify(Object.fromEntries(parts), null, 1)}\n`);
}

/**
 * The parts that were stored, as rows of the table.
 *
 * @throws {DataError} if the file is no split, or its pictures are not exactly those of the table.
 */
export function readSplitFile<Schema extends AttributeSchema>(
  file: string,
  table: AttributeTable<Schema>,
): TableSplit {
  const stored = parse(file);
  const rowOf = new Map<string, number>();
  for (let row = 0; row < table.length; row++) rowOf.set(table.pathOf(row), row);
  const taken = new Set<number>();
  const rowsOf = (names: readonly string[] = []): Int32Array =>
    Int32Array.from(names, (name) => {
      const row = rowOf.get(name);
      if (row === undefined || taken.has(row)) throw unlike(file, table.file, { name, row });
      taken.add(row);
      return row;
    }).sort();
  const train = rowsOf(stored.train);
  const validation = rowsOf(stored.validation);
  const test = stored.test === undefined ? {} : { test: rowsOf(stored.test) };
  if (taken.size !== table.length) throw tooFew(file, table, taken);
  return { train, validation, ...test };
}

type StoredSplit = Readonly<Partial<Record<(typeof PARTS)[number], readonly string[]>>>;

function parse(file: string): StoredSplit {
  try {
    const stored: unknown = JSON.parse(fs.readFileSync(file, 'utf8'));
    if (isSplit(stored)) return stored;
  } catch (cause) {
    const got = cause instanceof SyntaxError ? 'one that is no JSON' : systemReason(cause);
    throw new DataError(`${file}: expected a stored split, got ${got}.`, { cause });
  }
  throw new DataError(
    `${file}: expected lists of pictures for train and validation, got something else.`,
  );
}

function isSplit(value: unknown): value is StoredSplit {
  if (typeof value !== 'object' || value === null) return false;
  const lists = Object.entries(value);
  const isPart = ([name, list]: [string, unknown]): boolean =>
    PARTS.some((part) => part === name) &&
    Array.isArray(list) &&
    list.every((item) => typeof item === 'string');
  return 'train' in value && 'validation' in value && lists.every(isPart);
}

function unlike(
  file: string,
  tableFile: string,
  { name, row }: { name: string; row: number | undefined },
): DataError {
  const problem = row === undefined ? 'which is not among them' : 'twice';
  return new DataError(
    `${file}: expected the pictures of ${tableFile}, each in one part, got "${name}" ${problem}. ` +
      'Use the table that was split, or split anew.',
  );
}

function tooFew<Schema extends AttributeSchema>(
  file: string,
  table: AttributeTable<Schema>,
  taken: ReadonlySet<number>,
): DataError {
  const missing = Array.from({ length: table.length }, (_, row) => row).find((r) => !taken.has(r));
  return new DataError(
    `${file}: expected every picture of ${table.file} in a part, got no "${table.pathOf(missing ?? 0)}" ` +
      `(${table.length - taken.size} are missing). Use the table that was split, or split anew.`,
  );
}
