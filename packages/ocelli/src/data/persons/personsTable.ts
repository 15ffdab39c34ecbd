import fs from 'node:fs';
import path from 'node:path';
import { drawPersons, type DrawPersonsOptions } from './drawPersons.ts';

/**
 * The table of a folder of persons; where there is none yet, they are drawn into it first.
 *
 * @returns the path of its `labels.csv`, with the attributes of {@link personSchema}.
 * @throws {DataError} if the folder holds other files, or cannot be written.
 */
export async function personsTable(
  folder: string,
  options: DrawPersonsOptions = {},
): Promise<string> {
  const table = path.join(folder, 'labels.csv');
  // The table is written last: where it is, all pictures are.
  if (!fs.existsSync(table)) await drawPersons(folder, options);
  return table;
}
