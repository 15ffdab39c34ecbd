import { OptionCheck, OptionError } from '@ocelli/torch';
import { classesOf } from '../attributeSchema.ts';
import type { AttributeSchema } from '../attributeSchema.ts';
import { permutation } from '../randomOrder.ts';
import type { AttributeTable } from './attributeTable.ts';
import { fillEmptyParts } from './emptyParts.ts';
import { pictureUnits } from './pictureUnits.ts';
import type { PictureUnits } from './pictureUnits.ts';
import { stratifiedParts } from './stratifiedParts.ts';

/** How a table is divided. */
export interface SplitTableOptions {
  /** Share of the rows that is held back to validate on. @default 0.15 */
  validation?: number;
  /** Share of the rows that is held back to test on. @default 0 */
  test?: number;
  /** The same seed always gives the same parts. @default 0 */
  seed?: number;
  /** Share every class of every attribute out alike. @default true */
  stratified?: boolean;
  /** A number for each row; rows of one number show the same picture and stay together. */
  duplicates?: Int32Array;
}

/** Rows of each part, ascending. No row is in two parts. */
export interface TableSplit {
  readonly train: Int32Array;
  readonly validation: Int32Array;
  readonly test?: Int32Array;
}

/**
 * Divides a table into training, validation and, if asked for, test rows.
 *
 * Held-back parts have `round(share · n)` rows; where rows belong together (the table's group column,
 * `duplicates`) they may have more or less, but never none. A pure function of table and options.
 *
 * @throws {OptionError} if the shares leave a part without rows, or fewer groups of rows that belong
 *   together are there than parts.
 */
export function splitTable<Schema extends AttributeSchema>(
  table: AttributeTable<Schema>,
  options: SplitTableOptions = {},
): TableSplit {
  const { seed = 0, stratified = true, test = 0, duplicates } = options;
  const sizes = sizesOf(table.length, options);
  const columns = [table.groups, duplicates].filter((column) => column !== undefined);
  const units = pictureUnits(table.length, columns);
  const parts = stratified
    ? stratifiedParts({ units, labels: table.labels, classCounts: classCounts(table), sizes, seed })
    : randomParts(units, sizes, seed);
  if (!fillEmptyParts(parts, { units, sizes, seed })) throw tooFewUnits(units, sizes);
  return {
    train: rowsOf(parts, 0),
    validation: rowsOf(parts, 1),
    ...(test > 0 && { test: rowsOf(parts, 2) }),
  };
}

function sizesOf(count: number, options: SplitTableOptions): readonly number[] {
  const check = new OptionCheck('splitTable');
  check.read(options, ['validation', 'test', 'seed', 'stratified', 'duplicates']);
  const shares = { validation: options.validation ?? 0.15, test: options.test ?? 0 };
  const held = Object.entries(shares).map(([name, share]) => {
    const size = Math.round(share * count);
    const isEmpty = size === 0 && !(name === 'test' && share === 0);
    if (share >= 0 && share < 1 && !isEmpty) return size;
    throw check.error(
      name,
      `a share of the ${count} rows, between 0 and 1, that is at least one of them`,
      share,
    );
  });
  const train = count - held.reduce((sum, size) => sum + size, 0);
  if (train > 0) return [train, ...held];
  throw check.error('validation', 'a share that leaves rows for training', shares.validation);
}

function classCounts<Schema extends AttributeSchema>(
  table: AttributeTable<Schema>,
): readonly number[] {
  return table.names.map((name) => classesOf(table.schema, name).length);
}

/** Units in random order; the held-back parts are filled first, training takes the rest. */
function randomParts(
  { starts, members }: PictureUnits,
  [, ...held]: readonly number[],
  seed: number,
): Uint8Array {
  const parts = new Uint8Array(members.length);
  const room = [...held];
  for (const unit of permutation(seed, 0, starts.length - 1)) {
    const rows = members.subarray(starts[unit], starts[unit + 1]);
    const part = room.findIndex((left) => left >= rows.length);
    if (part < 0) continue; // part 0, training
    room[part] = (room[part] ?? 0) - rows.length;
    for (const row of rows) parts[row] = part + 1;
  }
  return parts;
}

function tooFewUnits({ starts }: PictureUnits, sizes: readonly number[]): OptionError {
  const wanted = sizes.filter((size) => size > 0).length;
  return new OptionError(
    `splitTable: expected at least ${wanted} groups of rows, one for each part, ` +
      `got ${starts.length - 1}. Rows of one group, and pictures that look alike, stay in one part.`,
  );
}

function rowsOf(parts: Uint8Array, part: number): Int32Array {
  const rows = new Int32Array(parts.reduce((count, p) => (p === part ? count + 1 : count), 0));
  let next = 0;
  for (let row = 0; row < parts.length; row++) if (parts[row] === part) rows[next++] = row;
  return rows;
}
