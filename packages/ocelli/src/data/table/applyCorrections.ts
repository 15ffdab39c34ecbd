import { DataError, didYouMean } from '@ocelli/torch';
import { classesOf } from '../attributeSchema.ts';
import { csvLine } from '../csvLine.ts';
import type { AttributeTable } from './attributeTable.ts';
import { cellText } from './cellText.ts';
import type { ColumnOptions } from './chooseColumns.ts';
import { readCorrections } from './correctionsFile.ts';
import type { Correction } from './correctionsFile.ts';
import { readRecords } from './csvRecords.ts';
import { readTable } from './readTable.ts';

/** A new table, and what it took. */
export interface AppliedCorrections {
  /** CSV with all rows and columns of the old table. */
  readonly csv: string;
  /** Labels that became others. */
  readonly changed: number;
  /** Corrections that were made already: the label stands as proposed. */
  readonly already: number;
}

/**
 * Makes a new table in which labels are as a file of corrections proposes; rows, their order, and columns
 * that are no labels stay as they are. Nothing is written.
 *
 * @throws {DataError} if a correction names a picture, attribute or class that the table does not have,
 *   if one label is corrected twice, or if another label stands there than the correction was made for.
 */
export async function applyCorrections(
  file: string,
  corrections: string,
  options: ColumnOptions = {},
): Promise<AppliedCorrections> {
  const { table } = await readTable(file, options);
  const changes = new Changes(corrections, table);
  for (const correction of await readCorrections(corrections)) changes.add(correction);
  const lines: string[] = [];
  let header: readonly string[] | undefined;
  await readRecords(file, (record) => {
    lines.push(
      csvLine(header === undefined ? record : changes.applied(record, header, lines.length - 1)),
    );
    header ??= record.map(cellText); // as the attributes are called
  });
  return { csv: lines.join(''), changed: changes.changed, already: changes.already };
}

class Changes {
  changed = 0;
  already = 0;
  readonly #file: string;
  readonly #table: AttributeTable;
  readonly #rowOf = new Map<string, number>();
  readonly #labels = new Map<number, Map<string, string>>();

  constructor(file: string, table: AttributeTable) {
    this.#file = file;
    this.#table = table;
    for (let row = 0; row < table.length; row++) this.#rowOf.set(table.pathOf(row), row);
  }

  add({ picture, attribute, label, proposed }: Correction): void {
    const row = this.#rowOf.get(picture);
    if (row === undefined)
      throw this.#error(`${picture}: expected a picture of ${this.#table.file}, got none.`);
    if (!this.#table.names.includes(attribute)) {
      const rule = `expected an attribute of ${this.#table.file}, got ${attribute}.`;
      throw this.#error(`${picture}: ${rule} ${didYouMean(attribute, this.#table.names)}`);
    }
    const classes = classesOf(this.#table.schema, attribute);
    if (proposed !== '' && !classes.includes(proposed)) {
      const rule = `expected ${attribute} to be one of ${classes.join(', ')}, got ${proposed}.`;
      throw this.#error(`${picture}: ${rule} ${didYouMean(proposed, classes)}`);
    }
    const stands = this.#table.labelOf(row, attribute) ?? '';
    if (stands !== label && stands !== proposed) {
      const rule = `expected ${attribute} to be "${label}" in the table, got "${stands}".`;
      throw this.#error(`${picture}: ${rule}`);
    }
    const own = this.#labels.get(row) ?? new Map<string, string>();
    if (own.has(attribute)) {
      throw this.#error(`${picture}: expected ${attribute} to be corrected once, got twice.`);
    }
    this.#labels.set(row, own.set(attribute, proposed));
    if (stands === proposed) this.already++;
    else this.changed++;
  }

  /** A record of the table with its labels as they should be. */
  applied(record: readonly string[], header: readonly string[], row: number): string[] {
    const own = this.#labels.get(row);
    if (own === undefined) return [...record];
    return record.map((cell, index) => own.get(header[index] ?? '') ?? cell);
  }

  #error(sentence: string): DataError {
    return new DataError(`${this.#file}: ${sentence.trimEnd()}`);
  }
}
