import fs from 'node:fs';
import path from 'node:path';
import { DataError } from '@ocelli/torch';
import type { AttributeSchema } from '../attributeSchema.ts';
import type { FileSource, SourceFile } from '../fileSource.ts';
import { listingFingerprint, readFiles } from '../folderSource.ts';
import { systemReason } from '../systemReason.ts';
import type { AttributeTable } from './attributeTable.ts';

/** The files that a table names, as a source of pictures. */
export interface TablePictures extends FileSource {
  /** The path of every row's picture inside the folder. */
  readonly paths: readonly string[];
}

/**
 * Looks for the pictures of a table below a folder.
 *
 * @throws {DataError} with file, line and column if a path does not exist or leads outside the folder,
 *   by itself or over a link.
 */
export async function tablePictures<Schema extends AttributeSchema>(
  table: AttributeTable<Schema>,
  folder: string,
): Promise<TablePictures> {
  const root = realFolder(folder);
  const problems: { row: number; got: string }[] = [];
  const files: SourceFile[] = [];
  const seen = new Map<string, boolean>();
  for (let row = 0; row < table.length; row++) {
    const found = locate(root, table.pathOf(row), seen);
    if (typeof found === 'string') problems.push({ row, got: found });
    else files.push(found);
  }
  if (problems.length > 0) throw await unusable(table, root, problems);
  const listing = { files, folders: [] };
  return {
    path: root,
    kind: 'folder',
    paths: files.map((file) => file.path),
    list: async () => listing,
    fingerprint: async () => listingFingerprint(listing),
    readEach: (paths, use) => readFiles(root, paths, use),
  };
}

/**
 * The path of every row's picture inside a folder, `undefined` where there is no such file, with what
 * reads them.
 *
 * @throws {DataError} if there is no such folder.
 */
export function presentPictures<Schema extends AttributeSchema>(
  table: AttributeTable<Schema>,
  folder: string,
): Pick<FileSource, 'readEach'> & { readonly paths: readonly (string | undefined)[] } {
  const root = realFolder(folder);
  const seen = new Map<string, boolean>();
  const paths = Array.from({ length: table.length }, (_, row) => {
    const found = locate(root, table.pathOf(row), seen);
    return typeof found === 'string' ? undefined : found.path;
  });
  return { paths, readEach: (named, use) => readFiles(root, named, use) };
}

function realFolder(folder: string): string {
  try {
    return fs.realpathSync(folder);
  } catch (cause) {
    throw new DataError(
      `${folder}: expected the folder of the pictures, got ${systemReason(cause)}.`,
      { cause },
    );
  }
}

/**
 * The file behind a path, or what is wrong with it, in words that follow "got". A letter such as é is
 * written in one way or another (Unicode's composed and decomposed forms): both are looked for.
 */
function locate(root: string, named: string, seen: Map<string, boolean>): SourceFile | string {
  const found = locateExactly(root, named, seen);
  if (typeof found !== 'string') return found;
  for (const form of ['NFC', 'NFD']) {
    const other = named.normalize(form);
    const again = other === named ? found : locateExactly(root, other, seen);
    if (typeof again !== 'string') return again;
  }
  return found;
}

function locateExactly(
  root: string,
  named: string,
  seen: Map<string, boolean>,
): SourceFile | string {
  const absolute = path.resolve(root, named);
  const outside = `"${named}", which leads outside`;
  if (!isInside(root, absolute)) return outside;
  try {
    if (!isReallyInside(root, absolute, seen)) return outside;
    const stats = fs.statSync(absolute);
    if (!stats.isFile()) return `"${named}", which is no file`;
    const relative = path.relative(root, absolute).split(path.sep).join('/');
    return { path: relative, size: stats.size, mtimeMs: stats.mtimeMs };
  } catch {
    return `"${named}", which does not exist`;
  }
}

/** Folders are followed once each, files only where they are links. */
function isReallyInside(root: string, absolute: string, seen: Map<string, boolean>): boolean {
  const folder = path.dirname(absolute);
  let inside = seen.get(folder);
  if (inside === undefined) {
    inside = isInside(root, `${fs.realpathSync(folder)}${path.sep}x`);
    seen.set(folder, inside);
  }
  if (!inside || !fs.lstatSync(absolute).isSymbolicLink()) return inside;
  return isInside(root, fs.realpathSync(absolute));
}

function isInside(root: string, absolute: string): boolean {
  return absolute.startsWith(root.endsWith(path.sep) ? root : root + path.sep);
}

async function unusable<Schema extends AttributeSchema>(
  table: AttributeTable<Schema>,
  root: string,
  problems: readonly { readonly row: number; readonly got: string }[],
): Promise<DataError> {
  const [first = { row: 0, got: 'nothing' }] = problems;
  const count = problems.length > 1 ? ` (so are ${problems.length} of ${table.length})` : '';
  return new DataError(
    `${table.file} line ${await table.lineOf(first.row)}, column ${table.imageColumn}: ` +
      `expected a file below ${root}, got ${first.got}${count}. ` +
      'Correct the path, or pass the folder it starts from (folder, --images).',
  );
}
