import path from 'node:path';
import { DataError, OptionCheck } from '@ocelli/torch';
import { AttributeDataset } from '../attributeDataset.ts';
import type { AttributeSchema } from '../attributeSchema.ts';
import { buildOptions, checkDecodingOptions, DECODING_OPTIONS } from '../decodingOptions.ts';
import type { DecodingOptions } from '../decodingOptions.ts';
import { pictureParts } from '../imageDataset.ts';
import type { SkippedPicture } from '../manifest.ts';
import { cachedPictures } from '../pictureCache.ts';
import type { CacheEntry } from '../pictureCache.ts';
import type { ChannelStatistics } from '../statistics.ts';
import type { AttributeTable } from './attributeTable.ts';
import { applyCorrectionRules } from './correctionRules.ts';
import type { CorrectionRule, RuleRecord } from './correctionRules.ts';
import { labelMatcher } from './labelQuery.ts';
import { oversample } from './oversample.ts';
import type { Oversampling, OversamplingRule } from './oversample.ts';
import { pictureTwins } from './pictureTwins.ts';
import { READ_OPTIONS, readTable } from './readTable.ts';
import type { ReadTableOptions, TwinPath } from './readTable.ts';
import { readSplitFile } from './splitFile.ts';
import { splitTable } from './splitTable.ts';
import type { SplitTableOptions, TableSplit } from './splitTable.ts';
import { tablePictures } from './tablePictures.ts';
import type { TablePictures } from './tablePictures.ts';
import { tableWarnings } from './tableWarnings.ts';
import { trainingStatistics } from './trainingStatistics.ts';

/** Which table, which of its columns and rows, and what becomes of them. */
export interface OpenTableOptions<Schema extends AttributeSchema>
  extends DecodingOptions, ReadTableOptions<Schema> {
  /** The table: CSV with a column of paths and any number of label columns. */
  path: string;
  /** The folder that the paths start from. Without it, the table's own. */
  folder?: string;
  /** Only the first rows; classes are still those of the whole table. */
  first?: number;
  /** Applied to all rows before they are split. */
  corrections?: readonly CorrectionRule<Schema>[];
  /** How rows are divided; `none`: all are for training. Rows of one group and pictures that look the same stay together. */
  split?: Omit<SplitTableOptions, 'duplicates'> | 'none';
  /** A stored split, used instead of a new one. */
  splitFile?: string;
  /** Applied to the training part alone. */
  oversampling?: readonly OversamplingRule<Schema>[];
}

/** A table with its pictures, decoded and divided. */
export interface OpenedTable<Schema extends AttributeSchema> {
  readonly schema: Schema;
  /** Every row of `table`, whatever its part. */
  readonly all: AttributeDataset<Schema>;
  /** With the copies that oversampling made. */
  readonly train: AttributeDataset<Schema>;
  readonly validation: AttributeDataset<Schema>;
  readonly test?: AttributeDataset<Schema>;
  /** Labels after correction; rows whose picture was left out are gone. */
  readonly table: AttributeTable<Schema>;
  /** Rows of `table` in each part, without copies. */
  readonly split: TableSplit;
  /** A number for each row of `table`: pictures that look exactly alike have the same. */
  readonly twins: Int32Array;
  /** What each correction did. */
  readonly corrections: readonly RuleRecord[];
  readonly oversampling?: Oversampling;
  /** Of the training part, every picture counted once; 0 to 255, red green blue. */
  readonly statistics: ChannelStatistics;
  readonly skipped: readonly SkippedPicture[];
  /** Sentences about what may spoil a training. */
  readonly warnings: readonly string[];
  /** The folder with the pixels and their manifest. */
  readonly cacheEntry: string;
  /** False if the pictures were decoded by this call. */
  readonly fromCache: boolean;
}

/**
 * Opens a table of pictures with many attributes each; decodes them first unless the cache holds them.
 *
 * Correcting a label or splitting in another way decodes nothing anew.
 *
 * @throws {DataError} in one sentence with file, line and column for everything that can be wrong.
 * @throws {OptionError} if an option is unknown or has a value it does not allow.
 */
export async function openTable<const Schema extends AttributeSchema = AttributeSchema>(
  options: OpenTableOptions<Schema>,
): Promise<OpenedTable<Schema>> {
  checkOptions(options);
  const whole = await wholeTable(options);
  checkRules(whole, options);
  const pictures = await tablePictures(whole, options.folder ?? path.dirname(options.path));
  const entry = await decode(options, pictures);
  const { table, records } = applyCorrectionRules(
    usableRows(whole, pictures, entry),
    options.corrections ?? [],
  );
  const twins = pictureTwins(entry);
  const split =
    options.splitFile === undefined
      ? divided(table, options.split, twins)
      : readSplitFile(options.splitFile, table);
  const all = new AttributeDataset<Schema>({
    ...pictureParts(entry, 'train'),
    schema: table.schema,
    labels: table.labels,
  });
  const grown = options.oversampling && oversample(table, split.train, options.oversampling);
  const once = all.subset(split.train);
  return {
    schema: table.schema,
    all,
    train: grown === undefined ? once : all.subset(grown.rows),
    validation: all.subset(split.validation),
    ...(split.test && { test: all.subset(split.test) }),
    table,
    split,
    twins,
    corrections: records,
    ...(grown && { oversampling: grown }),
    statistics: trainingStatistics(once, split.train, entry.folder),
    skipped: skippedOf(entry),
    warnings: tableWarnings(table, { split, twins, ...(grown && { oversampling: grown }) }),
    cacheEntry: entry.folder,
    fromCache: entry.fromCache,
  };
}

/**
 * Asks every rule for its names before any picture is decoded.
 *
 * @throws {OptionError} if a rule names an attribute or class that does not exist, with the nearest.
 */
function checkRules<Schema extends AttributeSchema>(
  table: AttributeTable<Schema>,
  { corrections = [], oversampling = [] }: OpenTableOptions<Schema>,
): void {
  applyCorrectionRules(table, corrections);
  for (const { when } of oversampling) labelMatcher('oversampling', table.schema, when);
}

function divided<Schema extends AttributeSchema>(
  table: AttributeTable<Schema>,
  how: OpenTableOptions<Schema>['split'],
  duplicates: Int32Array,
): TableSplit {
  if (how !== 'none') return splitTable(table, { ...how, duplicates });
  const train = Int32Array.from({ length: table.length }, (_, row) => row);
  return { train, validation: new Int32Array(0) };
}

async function wholeTable<Schema extends AttributeSchema>(
  options: OpenTableOptions<Schema>,
): Promise<AttributeTable<Schema>> {
  const { imageColumn, attributes, ignore, groupColumn, schema, first } = options;
  const { table, twins } = await readTable<Schema>(options.path, {
    ...(imageColumn !== undefined && { imageColumn }),
    ...(attributes && { attributes }),
    ...(ignore && { ignore }),
    ...(groupColumn !== undefined && { groupColumn }),
    ...(schema && { schema }),
  });
  await refuseTwins(table, twins);
  return first === undefined ? table : table.first(first);
}

async function refuseTwins<Schema extends AttributeSchema>(
  table: AttributeTable<Schema>,
  [twin, ...more]: readonly TwinPath[],
): Promise<void> {
  if (twin === undefined) return;
  const others = more.length === 0 ? '' : ` (and ${more.length} more)`;
  throw new DataError(
    `${table.file} line ${await table.lineOf(twin.row)}, column ${table.imageColumn}: expected every ` +
      `picture once, got "${table.pathOf(twin.row)}" again after line ` +
      `${await table.lineOf(twin.earlier)}${others}. Delete one of the rows.`,
  );
}

function decode<Schema extends AttributeSchema>(
  options: OpenTableOptions<Schema>,
  pictures: TablePictures,
): Promise<CacheEntry> {
  const { path: file, first } = options;
  const rows = first === undefined ? '' : `#first-${first}`;
  // The same names below another folder are other pictures.
  const identity = `${pictures.path} by ${path.resolve(file)}${rows}`;
  return pictures.fingerprint().then((fingerprint) =>
    cachedPictures({
      ...buildOptions(options),
      identity,
      fingerprint,
      source: async () => pictures,
      paths: pictures.paths,
    }),
  );
}

/** The rows whose picture was decoded; both lists have the same order. */
function usableRows<Schema extends AttributeSchema>(
  table: AttributeTable<Schema>,
  pictures: TablePictures,
  entry: CacheEntry,
): AttributeTable<Schema> {
  const skipped = new Set(skippedOf(entry).map((picture) => picture.path));
  if (skipped.size === 0) return table;
  const rows = pictures.paths.flatMap((name, row) => (skipped.has(name) ? [] : [row]));
  return table.subset(Int32Array.from(rows));
}

function skippedOf(entry: CacheEntry): readonly SkippedPicture[] {
  return entry.manifest.splits.train?.skipped ?? [];
}

function checkOptions<Schema extends AttributeSchema>(options: OpenTableOptions<Schema>): void {
  const check = new OptionCheck('openTable');
  check.read(options, [
    ...DECODING_OPTIONS,
    ...READ_OPTIONS,
    'path',
    'folder',
    'first',
    'corrections',
    'split',
    'splitFile',
    'oversampling',
  ]);
  checkDecodingOptions(check, options);
  if (options.first !== undefined) check.integer('first', options.first, 1);
  if (options.split === undefined || options.splitFile === undefined) return;
  throw check.error('split', 'left out beside splitFile, which holds one', options.split);
}
