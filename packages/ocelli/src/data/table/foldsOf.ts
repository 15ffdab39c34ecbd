import { optionError } from '@ocelli/torch';
import { attributeNames, classesOf } from '../attributeSchema.ts';
import type { AttributeSchema } from '../attributeSchema.ts';
import { pictureUnits } from './pictureUnits.ts';
import { stratifiedParts } from './stratifiedParts.ts';

/** Rows to be divided into folds. */
export interface FoldedRows {
  readonly schema: AttributeSchema;
  /** `(N, A)` row by row, −1 where a label is missing. */
  readonly labels: Int32Array;
  /** Columns of numbers, one a row: rows with the same number in one of them stay together. */
  readonly together: readonly Int32Array[];
}

export interface FoldOptions {
  /** How many, from 2 to 100. */
  readonly folds: number;
  /** The same seed always gives the same folds. */
  readonly seed: number;
}

/**
 * Divides rows into folds of nearly the same size that share out every class of every attribute alike.
 *
 * @returns the fold of every row, from 0.
 * @throws {OptionError} if there are fewer than 2 folds, more than 100, or more than rows; or if rows that
 *   stay together leave one of them empty.
 */
export function foldsOf(rows: FoldedRows, { folds, seed }: FoldOptions): Uint8Array {
  const { schema, labels, together } = rows;
  const names = attributeNames(schema);
  const count = labels.length / names.length;
  if (!(Number.isInteger(folds) && folds >= 2 && folds <= Math.min(100, count))) {
    const rule = `a whole number from 2 to ${Math.min(100, count)}`;
    throw optionError('foldsOf', 'folds', rule, folds);
  }
  const sizes = Array.from(
    { length: folds },
    (_, fold) => Math.floor(count / folds) + (fold < count % folds ? 1 : 0),
  );
  const classCounts = names.map((name) => classesOf(schema, name).length);
  const units = pictureUnits(count, together);
  const foldOf = stratifiedParts({ units, labels, classCounts, sizes, seed });
  if (new Set(foldOf).size === folds) return foldOf;
  const sets = units.starts.length - 1;
  const rule = `few enough to fill each (rows that belong together share one; there are ${sets} such sets)`;
  throw optionError('foldsOf', 'folds', rule, folds);
}
