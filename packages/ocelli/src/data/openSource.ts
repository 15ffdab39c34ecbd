import fs from 'node:fs';
import path from 'node:path';
import { DataError } from '@ocelli/torch';
import type { FileSource } from './fileSource.ts';
import { folderSource } from './folderSource.ts';
import { systemReason } from './systemReason.ts';
import { isTarName, tarSource } from './tarSource.ts';
import { isZipName, zipSource } from './zipSource.ts';

/**
 * The source behind a path that a user passed: a folder or an archive.
 *
 * @throws {DataError} if there is nothing at the path, or a file of another kind.
 */
export function openSource(userPath: string): FileSource {
  const stats = statOf(userPath);
  if (stats.isDirectory()) return folderSource(userPath);
  if (isTarName(userPath)) return tarSource(userPath);
  if (isZipName(userPath)) return zipSource(userPath);
  throw new DataError(
    `${userPath}: expected a folder or an archive (.tar, .tar.gz, .tgz, .zip), ` +
      `got ${kindOf(userPath)}. ${remedyFor(userPath)}`,
  );
}

/** True if the name is that of an archive that is read in place. */
export function isArchiveName(name: string): boolean {
  return isTarName(name) || isZipName(name);
}

function statOf(userPath: string): fs.Stats {
  try {
    return fs.statSync(userPath);
  } catch (cause) {
    throw new DataError(
      `${userPath}: expected a folder or an archive of pictures, got ${systemReason(cause)}.`,
      { cause },
    );
  }
}

function kindOf(userPath: string): string {
  const extension = path.extname(userPath);
  return extension === '' ? 'a file' : `a ${extension} file`;
}

function remedyFor(userPath: string): string {
  if (/\.bin$/i.test(userPath)) return 'Pass the folder that holds all the batches.';
  return 'Unpack it and pass the folder.';
}
