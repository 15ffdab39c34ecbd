import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Manifest, MANIFEST_FILE } from '../../data/manifest.ts';
import { sha256Of } from '../runFolder/sha256Of.ts';

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
  const parts = Object.entries(splits);
  const hashes = [
    ...tables.map((table) => Buffer.from(sha256Of(table), 'hex')),
    ...parts.map(([, { files }]) => Buffer.from(files.sha256, 'base64')),
    ...parts.map(([, { labels }]) => hashOf(labels)),
  ];
  return {
    path: [
      ...tables,
      ...parts.flatMap(([, { files }]) => files.path),
      ...parts.map(([name]) => `the list of labels of the ${name} part`),
    ],
    sha256: Buffer.concat(hashes).toString('base64'),
  };
}

/** Labels may stand in files of their own. */
function hashOf(labels: readonly number[]): Buffer {
  return createHash('sha256').update(JSON.stringify(labels)).digest();
}

/** What is different about the files, in words that name one; nothing if they hold the same. */
export function changeOf(before: DataFiles, now: DataFiles): string | undefined {
  const [known, found] = [hashesOf(before), hashesOf(now)];
  for (const path of known.keys()) if (!found.has(path)) return `${path} is gone`;
  for (const path of found.keys()) if (!known.has(path)) return `${path} is new`;
  for (const [path, hash] of known) if (found.get(path) !== hash) return `${path} was changed`;
  return undefined;
}

function hashesOf({ path, sha256 }: DataFiles): Map<string, string> {
  const bytes = Buffer.from(sha256, 'base64');
  const hashAt = (index: number): string =>
    bytes.toString('latin1', index * hashBytes, (index + 1) * hashBytes);
  return new Map(path.map((name, index) => [name, hashAt(index)]));
}
