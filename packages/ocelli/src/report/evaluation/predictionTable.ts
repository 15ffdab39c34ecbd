import { readFileSync } from 'node:fs';
import { DataError } from '@ocelli/torch';
import { parse } from 'csv-parse/sync';
import type { Predictions } from '../../metrics/predictions.ts';
import type { Head } from '../heads.ts';

/** What a model said about every picture of a part of the data, and what each is. */
export interface PredictionTable {
  /** What people call the pictures: their files. */
  readonly names: readonly string[];
  /** One for each head, over the same pictures in the same order. */
  readonly heads: readonly (Head & Predictions)[];
}

/**
 * The table as CSV: the picture's name, then for each head its label (empty where it is missing), the
 * predicted class, and the probability of every class.
 */
export function predictionsCsv(table: PredictionTable): string {
  const blocks = table.heads.map((head) => cellsOf(head));
  const rows = table.names.map((name, row) => [name, ...blocks.flatMap((cells) => cells(row))]);
  const isAlone = table.heads.length === 1;
  const header = ['name', ...table.heads.flatMap((head) => columnsOf(head, isAlone))];
  return [header, ...rows].map((row) => row.map(csvCell).join(',')).join('\n') + '\n';
}

function columnsOf({ name, classes }: Head, isAlone: boolean): string[] {
  if (isAlone) return ['label', 'predicted', ...classes];
  return [name, `${name} predicted`, ...classes.map((label) => `${name}: ${label}`)];
}

function cellsOf({ labels, probabilities, classes }: Predictions): (row: number) => string[] {
  return (row) => {
    const start = row * classes.length;
    const own = probabilities.subarray(start, start + classes.length);
    const predicted = own.indexOf(Math.max(...own));
    const label = classes[labels[row] ?? -1] ?? '';
    return [label, classes[predicted] ?? '', ...Array.from(own, shortest)];
  };
}

/** Six significant digits: more than float32 arithmetic gives again on another machine. */
function shortest(probability: number): string {
  return String(Number(probability.toPrecision(6)));
}

function csvCell(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/**
 * Reads the table of a run.
 *
 * @param heads of the run: they say what the columns are.
 * @throws {DataError} if the file has other columns or a label that is no class.
 */
export function readPredictions(path: string, heads: readonly Head[]): PredictionTable {
  const [header = [], ...rows] = parse(readFileSync(path)) as string[][];
  const width = 1 + heads.reduce((sum, { classes }) => sum + 2 + classes.length, 0);
  if (header.length !== width) {
    throw new DataError(`${path}: expected ${width} columns, got ${header.length}.`);
  }
  let start = 1;
  const read = heads.map((head) => {
    const columns = { start, path };
    start += 2 + head.classes.length;
    return { ...head, ...headPredictions(head, rows, columns) };
  });
  return { names: rows.map(([name = '']) => name), heads: read };
}

function headPredictions(
  { classes }: Head,
  rows: readonly string[][],
  { start, path }: { start: number; path: string },
): Predictions {
  const positions = new Map(classes.map((label, index) => [label, index]));
  const probabilities = new Float32Array(rows.length * classes.length);
  const labels = Int32Array.from(rows, (row, index) => {
    const cells = row.slice(start + 2, start + 2 + classes.length);
    probabilities.set(cells.map(Number), index * classes.length);
    const label = row[start] ?? '';
    if (label === '') return -1;
    const position = positions.get(label);
    if (position !== undefined) return position;
    throw new DataError(
      `${path} line ${index + 2}: expected a label among ${classes.join(', ')}, got "${label}".`,
    );
  });
  return { labels, probabilities, classes };
}
