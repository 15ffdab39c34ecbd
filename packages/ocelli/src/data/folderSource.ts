import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { DataError } from '@ocelli/torch';
import { byCodePoint } from './codePointOrder.ts';
import { FILES_IN_FLIGHT } from './fileSource.ts';
import type { FileSource, Listing, SourceFile, UseFile } from './fileSource.ts';
import { isLeftOut } from './leftOut.ts';
import { systemReason } from './systemReason.ts';

/**
 * A folder as a source of files. What is hidden, or left behind by a system, is left out.
 *
 * Every file's size and time are read at each start (60,000 files in about 0.25 s): a picture that
 * was replaced in place must be noticed, and its folder's own time does not tell.
 *
 * @throws {DataError} (from `list`) if a name is not valid UTF-8 or a link leads out of the folder.
 */
export function folderSource(folder: string): FileSource {
  const root = fs.realpathSync(folder);
  let listing: Listing | undefined;
  const list = (): Listing => (listing ??= walk(root));
  return {
    path: root,
    kind: 'folder',
    list: async () => list(),
    fingerprint: async () => listingFingerprint(list()),
    readEach: (paths, use) => readFiles(root, paths, use),
  };
}

function walk(root: string): Listing {
  const files: SourceFile[] = [];
  const folders: string[] = [];
  const visit = (folder: string) => {
    for (const entry of readFolder(root, folder)) {
      const relative = folder === '' ? entry.name : `${folder}/${entry.name}`;
      const stats = statInside(root, relative, entry);
      if (stats.isDirectory()) {
        folders.push(relative);
        visit(relative);
      } else if (stats.isFile()) {
        files.push({ path: relative, size: stats.size, mtimeMs: stats.mtimeMs });
      }
    }
  };
  visit('');
  return { files, folders };
}

function readFolder(root: string, folder: string): fs.Dirent[] {
  const absolute = path.join(root, folder);
  try {
    const entries = fs.readdirSync(absolute, { withFileTypes: true });
    return entries
      .filter((entry) => !isLeftOut(entry.name))
      .sort((a, b) => byCodePoint(a.name, b.name));
  } catch (cause) {
    throw new DataError(`${absolute}: expected a readable folder, got ${systemReason(cause)}.`, {
      cause,
    });
  }
}

function statInside(root: string, relative: string, entry: fs.Dirent): fs.Stats {
  const absolute = `${root}/${relative}`;
  if (entry.name.includes('\uFFFD')) {
    throw new DataError(`${absolute}: expected a file name in UTF-8, got other bytes. Rename it.`);
  }
  if (entry.isSymbolicLink()) refuseLinkOutside(root, absolute);
  try {
    return fs.statSync(absolute);
  } catch (cause) {
    throw new DataError(`${absolute}: expected a readable file, got ${systemReason(cause)}.`, {
      cause,
    });
  }
}

function refuseLinkOutside(root: string, absolute: string): void {
  const target = fs.existsSync(absolute) ? fs.realpathSync(absolute) : 'nothing';
  if (target.startsWith(root + path.sep)) return;
  throw new DataError(
    `${absolute}: expected a link to a file inside ${root}, got a link to ${target}. ` +
      'Put the file itself there.',
  );
}

/** @internal Changes with the names, sizes and times of the files listed. */
export function listingFingerprint(listing: Listing): string {
  const lines = listing.files.map((file) => `${file.path}\0${file.size}\0${file.mtimeMs}`);
  return createHash('sha256')
    .update(listing.folders.join('\n'))
    .update('\n\n')
    .update(lines.join('\n'))
    .digest('hex');
}

/** @internal Reads files below `root`, several at a time; see `FileSource.readEach`. */
export async function readFiles(
  root: string,
  paths: readonly string[],
  use: UseFile,
): Promise<void> {
  let next = 0;
  const reader = async () => {
    while (next < paths.length) {
      const index = next++;
      await use(readWhole(root, paths[index] ?? ''), index);
    }
  };
  await Promise.all(Array.from({ length: FILES_IN_FLIGHT }, reader));
}

/** Synchronous on purpose: the thread pool is busy decoding, and small reads come from memory. */
function readWhole(root: string, relative: string): Buffer {
  try {
    return fs.readFileSync(`${root}/${relative}`);
  } catch (cause) {
    throw new DataError(
      `${root}/${relative}: expected a readable file, got ${systemReason(cause)}.`,
      { cause },
    );
  }
}
