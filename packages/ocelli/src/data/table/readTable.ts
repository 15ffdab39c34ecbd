import { DataError, didYouMean, OptionCheck } from '@ocelli/torch';
import { attributeNames, checkSchema, classesOf } from '../attributeSchema.ts';
import type { AttributeSchema } from '../attributeSchema.ts';
import { AttributeTable } from './attributeTable.ts';
import { cellText } from './cellText.ts';
import { chooseColumns, refusePathsAsNames } from './chooseColumns.ts';
import type { ChosenColumns, ColumnOptions, IgnoredColumn } from './chooseColumns.ts';
import { lineOfRecord, readRecords } from './csvRecords.ts';
import { GrowingInts } from './growingInts.ts';
import { isUndecodable, LabelColumn, MOST_CLASSES } from './labelColumn.ts';
import { TextColumn } from './textColumn.ts';

/** How a table is read. */
export interface ReadTableOptions<Schema extends AttributeSchema> extends ColumnOptions {
  /** The attributes and their classes in order, instead of those that the table holds. */
  schema?: Schema;
}

/** Two rows that name the same file. */
export interface TwinPath {
  readonly row: number;
  readonly earlier: number;
}

/** A table and what was noticed while it was read. */
export interface TableReading<Schema extends AttributeSchema> {
  readonly table: AttributeTable<Schema>;
  readonly ignored: readonly IgnoredColumn[];
  /** Rows whose picture an earlier row has named already. */
  readonly twins: readonly TwinPath[];
}

/**
 * Reads a table of pictures and labels: CSV with any number of label columns.
 *
 * Classes are those of the whole table, sorted by code point, unless a schema is given. Each row is
 * kept; an empty cell is a missing label. A million rows of eight attributes take about 100 MB.
 *
 * @throws {DataError} in one sentence with file, line and column for everything that can be wrong.
 * @throws {OptionError} if an option is unknown, or both `schema` and `attributes` are given.
 */
export async function readTable<const Schema extends AttributeSchema = AttributeSchema>(
  file: string,
  options: ReadTableOptions<Schema> = {},
): Promise<TableReading<Schema>> {
  checkOptions(options);
  const reader = new TableReader(file, options);
  await readRecords(file, (record) => reader.add(record));
  return reader.finish();
}

/** Records seen before columns are chosen. */
const SAMPLE = 100;

class TableReader<Schema extends AttributeSchema> {
  readonly #file: string;
  readonly #options: ReadTableOptions<Schema>;
  readonly #sample: (readonly string[])[] = [];
  readonly #paths = new TextColumn();
  readonly #rowOf = new Map<string, number>();
  readonly #groups = new GrowingInts();
  readonly #groupOf = new Map<string, number>();
  readonly #twins: TwinPath[] = [];
  #header: readonly string[] | undefined;
  #columns: ChosenColumns | undefined;
  #labels: { readonly index: number; readonly column: LabelColumn }[] = [];
  #withoutPath: number | undefined;
  #undecodablePath: number | undefined;

  constructor(file: string, options: ReadTableOptions<Schema>) {
    this.#file = file;
    this.#options = options;
  }

  add(record: readonly string[]): void {
    if (this.#columns !== undefined) return this.#addRow(record, this.#columns);
    if (this.#header === undefined) this.#header = record;
    else if (this.#sample.push(record) === SAMPLE) this.#choose();
  }

  async finish(): Promise<TableReading<Schema>> {
    if (this.#columns === undefined && this.#sample.length === 0) throw this.#withoutRows();
    const { image, ignored } = this.#columns ?? this.#choose();
    await this.#refuseMissingPath(image.name);
    await this.#refuseUndecodable(this.#undecodablePath, image.name);
    const { kept, left } = this.#sorted();
    for (const column of kept) {
      await this.#refuseUndecodable(column.undecodable, column.name);
      await this.#refuseUnknown(column);
    }
    const schema = this.#schemaOf(kept);
    checkSchema(this.#file, schema);
    const table = new AttributeTable({
      file: this.#file,
      schema,
      imageColumn: image.name,
      paths: this.#paths,
      records: Int32Array.from({ length: this.#paths.length }, (_, i) => i),
      labels: interleaved(kept),
      ...(this.#columns?.group && { groups: this.#groups.toArray() }),
    });
    return { table, ignored: [...ignored, ...left], twins: this.#twins };
  }

  #choose(): ChosenColumns {
    const { schema, ...options } = this.#options;
    const asked =
      schema === undefined ? options : { ...options, attributes: attributeNames(schema) };
    const table = { header: this.#header ?? [], sample: this.#sample };
    const columns = chooseColumns(this.#file, table, asked);
    this.#labels = columns.attributes.map(({ name, index }) => {
      const column = new LabelColumn(name, schema && classesOf(schema, name));
      return { index, column };
    });
    this.#columns = columns;
    for (const record of this.#sample) this.#addRow(record, columns);
    return columns;
  }

  #addRow(record: readonly string[], { image, group }: ChosenColumns): void {
    this.#addPath(record[image.index] ?? '');
    for (const { index, column } of this.#labels) {
      if (!column.isTooVaried) column.push(record[index] ?? '');
    }
    if (group === undefined) return;
    const text = cellText(record[group.index] ?? '');
    const known = this.#groupOf.get(text);
    // Rows without a group are each a group of their own.
    const code = text === '' ? -1 - this.#groups.length : (known ?? this.#groupOf.size);
    if (text !== '' && known === undefined) this.#groupOf.set(text, code);
    this.#groups.push(code);
  }

  #addPath(text: string): void {
    const row = this.#paths.length;
    const path = plainPath(text);
    if (path === '') this.#withoutPath ??= row;
    if (isUndecodable(path)) this.#undecodablePath ??= row;
    const earlier = this.#rowOf.get(path);
    if (earlier === undefined) this.#rowOf.set(path, row);
    else this.#twins.push({ row, earlier });
    this.#paths.push(path);
  }

  async #refuseMissingPath(column: string): Promise<void> {
    if (this.#withoutPath === undefined) return;
    const where = await this.#place(this.#withoutPath, column);
    throw new DataError(`${where}: expected the path of a picture, got an empty cell. Fill it in.`);
  }

  async #refuseUndecodable(row: number | undefined, column: string): Promise<void> {
    if (row === undefined) return;
    throw new DataError(
      `${await this.#place(row, column)}: expected text in UTF-8, got bytes that are none. ` +
        'Save the table as CSV in UTF-8.',
    );
  }

  async #refuseUnknown(column: LabelColumn): Promise<void> {
    if (column.unknown === undefined) return;
    const { row, text } = column.unknown;
    const classes = column.classes();
    const hint = didYouMean(text, classes) || 'Correct it or leave the cell empty.';
    throw new DataError(
      `${await this.#place(row, column.name)}: expected one of ${classes.join(', ')}, ` +
        `got "${text}". ${hint}`,
    );
  }

  /** Label columns that are kept, and those that hold no classes after all. */
  #sorted(): { kept: LabelColumn[]; left: IgnoredColumn[] } {
    const columns = this.#labels.map(({ column }) => column);
    // What a schema says is known, whatever the rows have of it: another table may lack labels.
    if (this.#options.schema !== undefined) return { kept: columns, left: [] };
    const isAsked = this.#options.attributes !== undefined;
    const left: IgnoredColumn[] = [];
    const kept = columns.filter((column) => {
      const reason = whyNoAttribute(column) ?? (isAsked ? undefined : whyNoLabels(column));
      if (reason === undefined) return true;
      if (isAsked) throw this.#noAttribute(column, reason);
      left.push({ name: column.name, reason });
      return false;
    });
    if (kept.length === 0) throw this.#noAttributes(left);
    return { kept, left };
  }

  #schemaOf(columns: readonly LabelColumn[]): Schema {
    const found = Object.fromEntries(columns.map((column) => [column.name, column.classes()]));
    return this.#options.schema ?? (found as AttributeSchema as Schema); // the general one if not given
  }

  #withoutRows(): DataError {
    refusePathsAsNames(this.#file, this.#header ?? []);
    return this.#error('expected rows below the header, got none.');
  }

  #noAttribute({ name }: LabelColumn, reason: string): DataError {
    return this.#error(
      `expected column "${name}" to hold a label of two or more classes, got one that ${reason}. ` +
        'Leave it out.',
    );
  }

  #noAttributes(left: readonly IgnoredColumn[]): DataError {
    const reasons = left.map(({ name, reason }) => `"${name}" ${reason}`);
    const got = reasons.length === 0 ? 'no column beside the pictures' : reasons.join(', ');
    return this.#error(`expected at least one column of labels, got none: ${got}.`);
  }

  #error(sentence: string): DataError {
    return new DataError(`${this.#file}: ${sentence}`);
  }

  async #place(row: number, column: string): Promise<string> {
    return `${this.#file} line ${await lineOfRecord(this.#file, row + 1)}, column ${column}`;
  }
}

/** What speaks against taking a column for labels, if anything does. */
function whyNoAttribute(column: LabelColumn): string | undefined {
  if (column.isTooVaried) return `has more than ${MOST_CLASSES} different values`;
  const { classCount, labelledCount } = column;
  if (labelledCount === 0) return 'is empty';
  return classCount === 1 ? `says "${column.classes()[0]}" everywhere` : undefined;
}

/** What speaks against it unless it was asked for. */
function whyNoLabels({ classCount, labelledCount }: LabelColumn): string | undefined {
  // Two rows that differ are no evidence; three and more that all do are names or numbers.
  const isVaried = classCount === labelledCount && classCount > 2;
  return isVaried ? 'has another value in every row' : undefined;
}

function interleaved(columns: readonly LabelColumn[]): Int32Array {
  const width = columns.length;
  const all = columns.map((column) => column.codes());
  const labels = new Int32Array(width * (all[0]?.length ?? 0));
  for (const [a, codes] of all.entries()) {
    for (let row = 0; row < codes.length; row++) labels[row * width + a] = codes[row] ?? 0;
  }
  return labels;
}

/** A path as others would write it too, so that two ways to the same file are seen. */
function plainPath(text: string): string {
  const path = text.trim().replaceAll('\\', '/');
  if (!path.includes('/.') && !path.includes('//') && !path.startsWith('.')) return path;
  const parts: string[] = [];
  for (const part of path.split('/')) {
    if (part === '..' && parts.length > 0 && parts.at(-1) !== '..') parts.pop();
    else if (part !== '.' && (part !== '' || parts.length === 0)) parts.push(part);
  }
  return parts.join('/');
}

function checkOptions<Schema extends AttributeSchema>(options: ReadTableOptions<Schema>): void {
  const check = new OptionCheck('readTable');
  check.read(options, READ_OPTIONS);
  if (options.schema === undefined) return;
  checkSchema('readTable', options.schema);
  if (options.attributes === undefined) return;
  throw check.error('attributes', 'left out beside schema, which names them', options.attributes);
}

/** @internal Every option of `readTable`. */
export const READ_OPTIONS = [
  'imageColumn',
  'attributes',
  'ignore',
  'groupColumn',
  'schema',
] as const;
