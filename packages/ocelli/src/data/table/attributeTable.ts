import { attributeNames, MISSING } from '../attributeSchema.ts';
import type { AttributeName, AttributeSchema } from '../attributeSchema.ts';
import { lineOfRecord } from './csvRecords.ts';
import type { TextColumn } from './textColumn.ts';

/** What a table is made of. */
export interface AttributeTableParts<Schema extends AttributeSchema> {
  /** The file, as messages name it. */
  readonly file: string;
  readonly schema: Schema;
  readonly imageColumn: string;
  /** The path of every picture of the file, in the order of its records. */
  readonly paths: TextColumn;
  /** Which records of the file the rows are, from 0. */
  readonly records: Int32Array;
  /** `(N, A)` row by row: positions of classes, −1 where a label is missing. */
  readonly labels: Int32Array;
  /** A number for each row: rows of one number belong together and are never split. */
  readonly groups?: Int32Array;
}

/** A table of pictures and their labels. Values in typed arrays, no object a row. */
export class AttributeTable<const Schema extends AttributeSchema = AttributeSchema> {
  readonly file: string;
  readonly schema: Schema;
  readonly imageColumn: string;
  /** `(N, A)` row by row, attributes in the order of the schema; −1 where a label is missing. */
  readonly labels: Int32Array;
  /** A number for each row, where a column groups them. */
  readonly groups: Int32Array | undefined;
  readonly #parts: AttributeTableParts<Schema>;

  constructor(parts: AttributeTableParts<Schema>) {
    this.#parts = parts;
    this.file = parts.file;
    this.schema = parts.schema;
    this.imageColumn = parts.imageColumn;
    this.labels = parts.labels;
    this.groups = parts.groups;
  }

  /** Number of rows. */
  get length(): number {
    return this.#parts.records.length;
  }

  get names(): readonly AttributeName<Schema>[] {
    return attributeNames(this.schema);
  }

  /** The path of a row's picture as the table has it, with forward slashes. */
  pathOf(row: number): string {
    return this.#parts.paths.at(this.#recordOf(row));
  }

  /** The line of the file on which a row stands, counted from 1. */
  lineOf(row: number): Promise<number> {
    return lineOfRecord(this.file, this.#recordOf(row) + 1); // the header is record 0
  }

  /** The class of a row, `undefined` where the label is missing. */
  labelOf<Name extends AttributeName<Schema>>(row: number, name: Name): string | undefined {
    const column = this.names.indexOf(name);
    const code = this.labels[row * this.names.length + column] ?? MISSING;
    return this.schema[name]?.[code];
  }

  /** The table of the given rows only, in that order, with the same schema. */
  subset(rows: Int32Array): AttributeTable<Schema> {
    const width = this.names.length;
    const labels = new Int32Array(rows.length * width);
    for (const [index, row] of rows.entries()) {
      for (let a = 0; a < width; a++) labels[index * width + a] = this.labels[row * width + a] ?? 0;
    }
    const records = rows.map((row) => this.#recordOf(row));
    const { groups } = this;
    const grouped = groups && { groups: rows.map((row) => groups[row] ?? 0) };
    return new AttributeTable({ ...this.#parts, ...grouped, records, labels });
  }

  /** The table of the first `count` rows; its classes are still those of the whole one. */
  first(count: number): AttributeTable<Schema> {
    return this.subset(Int32Array.from({ length: Math.min(count, this.length) }, (_, i) => i));
  }

  /** The same pictures with other labels. */
  relabelled(labels: Int32Array): AttributeTable<Schema> {
    return new AttributeTable({ ...this.#parts, labels });
  }

  #recordOf(row: number): number {
    const record = this.#parts.records[row];
    if (record !== undefined) return record;
    throw new Error(`internal: no row ${row} in a table of ${this.length}`);
  }
}
