import fs from 'node:fs';
import path from 'node:path';
import type { AttributeSchema } from '../attributeSchema.ts';
import { CIFAR_FORMATS } from '../cifarFormat.ts';
import { layoutOf } from '../layout.ts';
import { openPictures } from '../openPictures.ts';
import { isArchiveName, openSource } from '../openSource.ts';
import { AttributeTable } from '../table/attributeTable.ts';
import type { ColumnOptions, IgnoredColumn } from '../table/chooseColumns.ts';
import { readTable } from '../table/readTable.ts';
import { presentPictures } from '../table/tablePictures.ts';
import { TextColumn } from '../table/textColumn.ts';
import { datasetSupply, fileSupply } from './pictureSupply.ts';
import type { PictureSupply } from './pictureSupply.ts';

/** Pictures and labels to look at, whatever they lie in. */
export interface LookedAt {
  readonly table: AttributeTable;
  readonly ignored: readonly IgnoredColumn[];
  /** Rows whose picture an earlier row names too. */
  readonly pathsTwice: number;
  readonly supply: PictureSupply;
}

export interface OpenForLookOptions extends ColumnOptions {
  /** The folder that the paths of a table start from. @default the table's own */
  images?: string;
}

/** Whether something is a folder or an archive of pictures sorted into classes, and so no table. */
export function holdsClasses(file: string): boolean {
  return isArchiveName(file) || (fs.existsSync(file) && fs.statSync(file).isDirectory());
}

/**
 * Opens a table, or pictures sorted into classes (folders, an archive, CIFAR), for looking at them. Of
 * those the attributes are `class` and, where there are several parts, `part`; they read no options.
 *
 * @throws {DataError} if there is neither.
 */
export async function openForLook(file: string, options: OpenForLookOptions): Promise<LookedAt> {
  if (holdsClasses(file)) return classes(file);
  const { images = path.dirname(file), ...columns } = options;
  const { table, ignored, twins } = await readTable(file, columns);
  const { paths, ...source } = presentPictures(table, images);
  return { table, ignored, pathsTwice: twins.length, supply: fileSupply(source, paths) };
}

async function classes(file: string): Promise<LookedAt> {
  const source = openSource(file);
  const layout = await layoutOf(source, CIFAR_FORMATS);
  if (layout.kind === 'cifar' || layout.kind === 'mnist') return decoded(file);
  const parts = [...layout.splits].map(([name, pictures]) => ({
    name,
    paths: pictures.map((picture) => picture.path),
    labels: pictures.map((picture) => picture.label),
  }));
  const paths = parts.flatMap((part) => part.paths);
  const table = tableOf(file, { classes: layout.classes, parts });
  return { table, ignored: [], pathsTwice: 0, supply: fileSupply(source, paths) };
}

/** Data sets whose files hold many pictures each: they are decoded into the cache first. */
async function decoded(file: string): Promise<LookedAt> {
  const opened = await openPictures({ path: file });
  const datasets = (['train', 'validation', 'test'] as const).flatMap((name) => {
    const dataset = opened[name];
    return dataset === undefined ? [] : [{ name, dataset }];
  });
  const parts = datasets.map(({ name, dataset }) => ({
    name,
    paths: Array.from(dataset.labels, (_, index) => dataset.nameOf(index)),
    labels: Array.from(dataset.labels),
  }));
  const table = tableOf(file, { classes: opened.classes, parts });
  const supply = datasetSupply(datasets.map(({ dataset }) => dataset));
  return { table, ignored: [], pathsTwice: 0, supply };
}

interface Sorted {
  readonly classes: readonly string[];
  readonly parts: readonly Part[];
}

interface Part {
  readonly name: string;
  readonly paths: readonly string[];
  readonly labels: readonly number[];
}

function tableOf(file: string, { classes, parts }: Sorted): AttributeTable {
  const several = parts.length > 1;
  const schema: AttributeSchema = {
    class: classes,
    ...(several && { part: parts.map(({ name }) => name) }),
  };
  const paths = new TextColumn();
  for (const part of parts) for (const name of part.paths) paths.push(name);
  const labels = parts.flatMap((part, index) =>
    part.labels.flatMap((label) => (several ? [label, index] : [label])),
  );
  return new AttributeTable({
    file,
    schema,
    imageColumn: 'path',
    paths,
    records: Int32Array.from({ length: paths.length }, (_, row) => row),
    labels: Int32Array.from(labels),
  });
}
