import fs from 'node:fs';
import { DataError } from '@ocelli/torch';
import { CsvError, parse } from 'csv-parse';
import type { Options } from 'csv-parse';
import { systemReason } from '../systemReason.ts';

/**
 * Reads a table of comma-, semicolon- or tab-separated values record by record, in little memory.
 *
 * Quotes, a byte order mark, and any kind of line end are understood; empty lines are skipped. What
 * separates values is seen from the header.
 *
 * @param use gets every record, the header first.
 * @throws {DataError} with file and line if the table cannot be read or a record is malformed.
 */
export async function readRecords(
  file: string,
  use: (record: readonly string[]) => void,
): Promise<void> {
  const delimiter = delimiterOf(headerOf(file));
  try {
    const parser = fs.createReadStream(file, CHUNKS).pipe(parse({ ...FORMAT, delimiter }));
    await new Promise<void>((resolve, reject) => {
      parser.on('data', (record: string[]) => {
        try {
          use(record);
        } catch (error) {
          parser.destroy(error instanceof Error ? error : new Error(String(error)));
        }
      });
      parser.on('end', resolve).on('error', reject);
    });
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    throw await malformed(file, { delimiter, error });
  }
}

/**
 * The line on which a record begins, counted from 1; record 0 is the header.
 *
 * Lines are needed for messages alone: the table is read again instead of remembering a million.
 */
export async function lineOfRecord(file: string, record: number): Promise<number> {
  const delimiter = delimiterOf(headerOf(file));
  let [seen, end, isFound] = [0, 0, false];
  const source = fs.createReadStream(file, CHUNKS);
  const parser = parse({
    ...FORMAT,
    delimiter,
    relax_column_count: true,
    skip_empty_lines: false, // they are counted, though they are no records
    on_record: (values: readonly string[], { lines }) => {
      const isEmpty = values.length === 1 && values[0] === '';
      isFound ||= !isEmpty && seen++ === record;
      if (isFound) source.destroy();
      else end = lines;
      return null;
    },
  });
  await new Promise<void>((resolve) => {
    parser.once('end', resolve).once('error', () => resolve());
    source.once('close', resolve).pipe(parser);
    parser.resume();
  });
  return end + 1;
}

const CHUNKS = { highWaterMark: 1 << 18 };

const FORMAT: Options = {
  bom: true,
  skip_empty_lines: true,
  record_delimiter: ['\r\n', '\n', '\r'],
};

/** What stands before the first line end outside quotes, or as much as can be seen of it. */
function headerOf(file: string): string {
  const start = startOf(file);
  if (start.trim() === '') {
    throw new DataError(`${file}: expected a table with a header, got an empty file.`);
  }
  return /^(?:[^"\r\n]|"[^"]*")*/.exec(start)?.[0] ?? start;
}

function startOf(file: string): string {
  const bytes = firstBytes(file);
  // Letters of the header take two bytes each, of which one is 0.
  if (bytes.includes(0)) {
    throw new DataError(
      `${file}: expected a table in UTF-8, got UTF-16 or no text at all. Save it as CSV in UTF-8.`,
    );
  }
  return bytes.toString('utf8').replace(/^\uFEFF/, '');
}

function firstBytes(file: string): Buffer {
  const bytes = Buffer.alloc(1 << 16);
  try {
    const descriptor = fs.openSync(file, 'r');
    try {
      return bytes.subarray(0, fs.readSync(descriptor, bytes));
    } finally {
      fs.closeSync(descriptor);
    }
  } catch (cause) {
    throw new DataError(`${file}: expected a table (CSV), got ${systemReason(cause)}.`, { cause });
  }
}

/** The separator that the header holds most of, outside quotes. */
function delimiterOf(header: string): string {
  const bare = header.replaceAll(/"[^"]*"/g, '');
  const counts = [',', ';', '\t'].map((mark) => [mark, bare.split(mark).length] as const);
  return counts.reduce((best, next) => (next[1] > best[1] ? next : best))[0];
}

async function malformed(
  file: string,
  { delimiter, error }: { delimiter: string; error: CsvError },
): Promise<DataError> {
  const records = Number(error['records'] ?? 0);
  const line = await lineOfRecord(file, records);
  const separator = delimiter === '\t' ? 'tab' : delimiter;
  return new DataError(`${file} line ${line}: ${ruleBroken(error, separator)}`, { cause: error });
}

function ruleBroken(error: CsvError, separator: string): string {
  const inside = 'Put quotes around the whole value and write each one inside it twice.';
  switch (error.code) {
    case 'CSV_RECORD_INCONSISTENT_FIELDS_LENGTH': {
      const [, expected, got] = /expect (\d+), got (\d+)/.exec(error.message) ?? [];
      const advice = `Put quotes around values with a ${separator === 'tab' ? 'tab' : `"${separator}"`} in them.`;
      return `expected ${expected} values like the header, got ${got}. ${advice}`;
    }
    case 'CSV_QUOTE_NOT_CLOSED':
      return 'expected a second quote after the first, got the end of the file. Close the quote.';
    case 'INVALID_OPENING_QUOTE':
      return `expected quotes around values alone, got one inside a value. ${inside}`;
    case 'CSV_INVALID_CLOSING_QUOTE':
      return `expected a ${separator} or the line's end after a quoted value, got more text. ${inside}`;
    default:
      return `expected a table (CSV), got one that cannot be read (${error.message}).`;
  }
}
