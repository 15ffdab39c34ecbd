import { DataError, didYouMean } from '@ocelli/torch';
import { checkAttributeName } from '../attributeSchema.ts';
import { cellText } from './cellText.ts';
import { isUndecodable } from './labelColumn.ts';

/** Which columns of a table are read; what is left out is chosen from the columns there are. */
export interface ColumnOptions {
  /** The column with the paths of the pictures. Without it, the one that holds such paths. */
  imageColumn?: string;
  /** The label columns, in the order of the attributes. Without them, all that hold classes. */
  attributes?: readonly string[];
  /** Columns that are no labels. */
  ignore?: readonly string[];
  /** Rows with the same value here are kept together when the table is split. */
  groupColumn?: string;
}

/** A column of the table and where it stands. */
export interface Column {
  readonly name: string;
  readonly index: number;
}

/** A column that is not read, and why. */
export interface IgnoredColumn {
  readonly name: string;
  readonly reason: string;
}

export interface ChosenColumns {
  readonly image: Column;
  readonly group?: Column;
  /** Label columns, or, where none were asked for, those that may turn out to hold labels. */
  readonly attributes: readonly Column[];
  readonly ignored: readonly IgnoredColumn[];
}

const PICTURE_PATH = /\.(jpe?g|png|webp|gif)\s*$/i;

/** Names by which a column of paths is usually called, the plainest first. */
const IMAGE_NAMES = ['image_path', 'image', 'path', 'picture', 'photo', 'file', 'filename', 'name'];

/**
 * Chooses the columns of a table from its header and its first records.
 *
 * @throws {DataError} if a column asked for is not there (the nearest name is told), one is asked for as
 *   two attributes, two columns have one name, no column holds paths of pictures, or the header is a row.
 */
export function chooseColumns(
  file: string,
  table: { readonly header: readonly string[]; readonly sample: readonly (readonly string[])[] },
  options: ColumnOptions = {},
): ChosenColumns {
  refusePathsAsNames(file, table.header);
  const chooser = new Chooser(file, table);
  const image = chooser.image(options.imageColumn);
  const group = options.groupColumn === undefined ? undefined : chooser.named(options.groupColumn);
  const ignored = (options.ignore ?? []).map((name) => chooser.named(name).name);
  const left = chooser.others([image.name, ...ignored, ...(group ? [group.name] : [])]);
  const attributes = options.attributes?.map((name) => chooser.named(name)) ?? left.candidates;
  for (const { name } of attributes) checkAttributeName(file, name);
  refuseTwice(file, attributes);
  const taken = attributes.map(({ name }) => name);
  const whyIgnored = [
    ...ignored.map((name) => ({ name, reason: 'left out on request' })),
    ...left.ignored,
    ...left.candidates.filter(({ name }) => !taken.includes(name)).map(notChosen),
  ];
  return { image, ...(group && { group }), attributes, ignored: whyIgnored };
}

/**
 * A table without a header would lose its first row.
 *
 * @throws {DataError} if the name of a column is the path of a picture.
 */
export function refusePathsAsNames(file: string, header: readonly string[]): void {
  const path = header.find((name) => PICTURE_PATH.test(name));
  if (path === undefined) return;
  throw new DataError(
    `${file} line 1: expected the names of the columns, got "${path.trim()}", the path of a picture. ` +
      'Put a line with a name for each column above it.',
  );
}

/** Two attributes of one name would be one attribute with two labels a row. */
function refuseTwice(file: string, attributes: readonly Column[]): void {
  const indices = attributes.map(({ index }) => index);
  const twin = attributes.find(({ index }, place) => indices.indexOf(index) !== place);
  if (twin === undefined) return;
  throw new DataError(
    `${file}: expected every attribute to be a column of its own, got "${twin.name}" twice. Name it once.`,
  );
}

function notChosen({ name }: Column): IgnoredColumn {
  return { name, reason: 'not among the attributes asked for' };
}

class Chooser {
  readonly #file: string;
  readonly #columns: readonly Column[];
  readonly #sample: readonly (readonly string[])[];

  constructor(
    file: string,
    table: { readonly header: readonly string[]; readonly sample: readonly (readonly string[])[] },
  ) {
    this.#file = file;
    this.#columns = table.header.map((name, index) => ({ name: cellText(name), index }));
    this.#sample = table.sample;
    this.#refuseUndecodable();
    this.#refuseTwins();
  }

  named(name: string): Column {
    const column = this.#columns.find((candidate) => candidate.name === cellText(name));
    if (column !== undefined) return column;
    const names = this.#columns.map((candidate) => candidate.name);
    const hint = didYouMean(name, names);
    const suffix = hint === '' ? '' : ` ${hint}`;
    throw new DataError(
      `${this.#file}: expected a column "${name}" among ${names.join(', ')}, got none.${suffix}`,
    );
  }

  image(name: string | undefined): Column {
    if (name !== undefined) return this.named(name);
    const holders = this.#columns.filter((column) => this.#holdsPaths(column));
    const usual = IMAGE_NAMES.map((usualName) =>
      holders.find((column) => column.name.toLowerCase() === usualName),
    ).find((column) => column !== undefined);
    const found = usual ?? holders[0];
    if (found !== undefined) return found;
    throw new DataError(
      `${this.#file}: expected a column with paths of pictures (.jpg, .png, .webp, .gif), ` +
        `got ${this.#columns.map((column) => column.name).join(', ')}. Name it with imageColumn ` +
        '(--image-column).',
    );
  }

  others(taken: readonly string[]): { candidates: Column[]; ignored: IgnoredColumn[] } {
    const columns = this.#columns.filter(({ name }) => !taken.includes(name));
    const reasonOf = (column: Column): string | undefined => {
      if (column.name === '') return 'has no name';
      return this.#holdsPaths(column) ? 'holds paths of files' : undefined;
    };
    return {
      candidates: columns.filter((column) => reasonOf(column) === undefined),
      ignored: columns.flatMap((column) => {
        const reason = reasonOf(column);
        return reason === undefined ? [] : [{ name: column.name, reason }];
      }),
    };
  }

  #holdsPaths({ index }: Column): boolean {
    const values = this.#sample.map((record) => record[index] ?? '').filter((text) => text !== '');
    return values.length > 0 && values.every((text) => PICTURE_PATH.test(text));
  }

  #refuseUndecodable(): void {
    if (!this.#columns.some(({ name }) => isUndecodable(name))) return;
    throw new DataError(
      `${this.#file} line 1: expected text in UTF-8, got bytes that are none. ` +
        'Save the table as CSV in UTF-8.',
    );
  }

  #refuseTwins(): void {
    const names = this.#columns.map(({ name }) => name).filter((name) => name !== '');
    const twin = names.find((name, index) => names.indexOf(name) !== index);
    if (twin === undefined) return;
    throw new DataError(
      `${this.#file} line 1: expected columns of different names, got "${twin}" twice. Rename one.`,
    );
  }
}
