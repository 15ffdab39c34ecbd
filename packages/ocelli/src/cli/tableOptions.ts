import type { Command } from 'commander';
import type { ColumnOptions } from '../data/table/chooseColumns.ts';

/** The options by which commands are told about the columns of a table, as commander gives them. */
export interface TableWords {
  readonly imageColumn?: string;
  readonly attributes?: string;
  readonly ignore?: string;
}

/** Adds the options about columns to a command that reads a table. */
export function addTableOptions(command: Command): Command {
  return command
    .option('--image-column <name>', 'column with the paths (default: the one that holds paths)')
    .option('--attributes <names>', 'label columns, comma-separated (default: all with classes)')
    .option('--ignore <names>', 'columns that are no labels, comma-separated');
}

/** What was said about columns. */
export function columnOptions({ imageColumn, attributes, ignore }: TableWords): ColumnOptions {
  return {
    ...(imageColumn !== undefined && { imageColumn }),
    ...(attributes !== undefined && { attributes: listOf(attributes) }),
    ...(ignore !== undefined && { ignore: listOf(ignore) }),
  };
}

function listOf(words: string): string[] {
  return words.split(',').map((word) => word.trim());
}
