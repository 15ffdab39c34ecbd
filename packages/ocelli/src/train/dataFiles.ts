import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Manifest, MANIFEST_FILE } from '../data/manifest.ts';
import { sha256Of } from './checkpoint.ts';

/** The files that a run learns from, and what is in them; columns, since there may be many. */
export interface DataFiles {
  /** As the data lists them, those of an archive by their path inside it. */
  readonly path: readonly string[];
  /** SHA-256 of every file, 32 bytes each, one after another, in base64. */
  readonly sha256: string;
}

const hashBytes = 32;

/**
 * The files behind decoded pictures. Nothing is read but the manifest of the cache, which has the hash of
 * every file it was decoded from; a file whose size or time has changed since was decoded again.
 *
 * @param cacheEntry folder with the decoded pixels.
 * @param tables files that were read besides, such as a table of labels.
 */
export function dataFilesOf(cacheEntry: string, tables: readonly string[] = []): DataFiles {
  const text = readFileSync(join(cacheEntry, MANIFEST_FILE), 'utf8');
  const { splits } = JSON.parse(text) as Manifest; // just checked by who opened it
  const parts = Object.values(splits).map(({ files }) => files);
  const hashes = [
    ...tables.map((table) => Buffer.from(sha256Of(table), 'hex')),
    ...parts.map(({ sha256 }) => Buffer.from(sha256, 'base64')),
  ];
  return {
    path: [...tables, ...parts.flatMap(({ path }) => path)],
    sha256: Buffer.concat(hashes).toString('base64'),
  };
}

/** What is different about the files, in words that name one; nothing if they hold the same. */
export function changeOf(before: DataFiles, now: DataFiles): string | undefined {
  const [known, found] = [hashesOf(before), hashesOf(now)];
  for (const [path, hash] of known) {
    const other = found.get(path);
    if (other === undefined) return `${path} is gone`;
    if (other !== hash) return `${path} was changed`;
  }
  for (const path of found.keys()) if (!known.has(path)) return `${path} is new`;
  return undefined;
}

function hashesOf({ path, sha256 }: DataFiles): Map<string, string> {
  const bytes = Buffer.from(sha256, 'base64');
  const hashAt = (index: number): string =>
    bytes.toString('latin1', index * hashBytes, (index + 1) * hashBytes);
  return new Map(path.map((name, index) => [name, hashAt(index)]));
}
