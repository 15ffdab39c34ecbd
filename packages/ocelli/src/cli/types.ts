import fs from 'node:fs';
import path from 'node:path';
import { readTable } from '../data/table/readTable.ts';
import { schemaSource } from '../data/table/schemaSource.ts';
import { exitCodes } from './exitCodes.ts';
import { columnOptions } from './tableOptions.ts';
import type { TableWords } from './tableOptions.ts';

export interface TypesCommandOptions extends TableWords {
  readonly out?: string;
}

/** Writes the schema of a table and the type of a prediction as TypeScript. @returns the exit code. */
export async function runTypes(file: string, options: TypesCommandOptions): Promise<number> {
  const { table } = await readTable(file, columnOptions(options));
  const source = schemaSource(table.schema, path.basename(file));
  if (options.out === undefined) process.stdout.write(source);
  else fs.writeFileSync(options.out, source);
  return exitCodes.done;
}
