import { createHash } from 'node:crypto';
import fs from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { DataError, OcelliError } from '@ocelli/torch';
import { extract } from 'tar-stream';
import type { Extract } from 'tar-stream';
import { FILES_IN_FLIGHT } from './fileSource.ts';
import type { FileSource, Listing, SourceFile, UseFile } from './fileSource.ts';
import { isLeftOut } from './leftOut.ts';

/**
 * A `.tar`, `.tar.gz` or `.tgz` archive as a source of files.
 *
 * It is read in place and never unpacked, so no name in it can write anywhere; names that would leave
 * the folder if it were unpacked are refused all the same.
 *
 * @throws {DataError} (when read) if the archive is damaged, cut short, or holds such a name.
 */
export function tarSource(archive: string): FileSource {
  const file = fs.realpathSync(archive);
  let read: Promise<Contents> | undefined;
  const contents = (): Promise<Contents> => (read ??= contentsOf(file));
  return {
    path: file,
    kind: 'archive',
    list: async () => (await contents()).listing,
    fingerprint: async () => archiveFingerprint(file),
    readEach: async (paths, use) => {
      const { offsetOf } = await contents();
      await readEach(file, new Map(paths.map((path, index) => [offsetOf.get(path), index])), use);
    },
  };
}

/** True if the name is one this source reads. */
export function isTarName(name: string): boolean {
  return /\.(tar|tar\.gz|tgz)$/i.test(name);
}

function archiveFingerprint(file: string): string {
  const stats = fs.statSync(file);
  return createHash('sha256').update(`${stats.size}\0${stats.mtimeMs}`).digest('hex');
}

/** What an archive holds. Of several entries of one name the last counts, as when it is unpacked. */
interface Contents {
  readonly listing: Listing;
  /** Where the entry of a file begins, in bytes. */
  readonly offsetOf: ReadonlyMap<string, number>;
}

async function contentsOf(file: string): Promise<Contents> {
  const files = new Map<string, SourceFile>();
  const offsetOf = new Map<string, number>();
  const folders = new Set<string>();
  await eachEntry(file, async (entry, path) => {
    const { type, size, mtime } = entry.header;
    if (type === 'directory') addFolders(folders, path);
    if (type === 'file') {
      addFolders(folders, path.split('/').slice(0, -1).join('/'));
      files.set(path, { path, size, mtimeMs: mtime.getTime() });
      offsetOf.set(path, entry.offset);
    }
    entry.resume();
  });
  return { listing: { files: [...files.values()], folders: [...folders] }, offsetOf };
}

function addFolders(folders: Set<string>, folder: string): void {
  const parts = folder.split('/').filter((part) => part !== '');
  for (let depth = 1; depth <= parts.length; depth++) folders.add(parts.slice(0, depth).join('/'));
}

/** @param wanted the positions of the files in the list of those to read, by where their entries begin. */
async function readEach(
  file: string,
  wanted: ReadonlyMap<number | undefined, number>,
  use: UseFile,
): Promise<void> {
  const inFlight = new Set<Promise<void>>();
  const failures: unknown[] = [];
  await eachEntry(file, async (entry) => {
    const index = wanted.get(entry.offset);
    if (index === undefined) {
      entry.resume();
      return;
    }
    const bytes = await readEntry(entry);
    const work = use(bytes, index)
      .catch((failure: unknown) => void failures.push(failure))
      .finally(() => inFlight.delete(work));
    inFlight.add(work);
    if (inFlight.size >= FILES_IN_FLIGHT) await Promise.race(inFlight);
    if (failures.length > 0) throw failures[0];
  });
  await Promise.all(inFlight);
  if (failures.length > 0) throw failures[0];
}

async function readEntry(entry: Entry): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of entry) chunks.push(chunk as Buffer); // tar-stream yields only these
  return chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks);
}

/** A file or folder of an archive, its content still to be read. */
type Entry = Extract extends AsyncIterable<infer Source> ? Source : never;

/** Calls `visit` for every entry that is not left out, one after another; `visit` must consume the entry. */
async function eachEntry(
  file: string,
  visit: (entry: Entry, path: string) => Promise<void>,
): Promise<void> {
  const reader = extract();
  const steps = isGzip(file)
    ? ([fs.createReadStream(file), createGunzip(), reader] as const)
    : ([fs.createReadStream(file), reader] as const);
  // The pipeline fails together with the loop below, which reports the reason.
  const piping = pipeline(steps).catch(() => undefined);
  try {
    for await (const entry of reader) {
      const path = safePath(file, entry.header.name);
      if (path.split('/').some(isLeftOut)) entry.resume();
      else await visit(entry, path);
    }
    await piping;
  } catch (cause) {
    reader.destroy();
    if (cause instanceof OcelliError) throw cause;
    throw unreadable(file, cause);
  }
}

function unreadable(file: string, cause: unknown): DataError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new DataError(
    `${file}: expected a readable tar archive, got a damaged one (${reason}). ` +
      'It may have been cut short; fetch it again.',
    { cause },
  );
}

function isGzip(file: string): boolean {
  return /\.(gz|tgz)$/i.test(file);
}

/** The entry's path without `./`; refuses paths that lead out of the archive's folder. */
function safePath(archive: string, name: string): string {
  const parts = name.split('/').filter((part) => part !== '' && part !== '.');
  const leaves = name.startsWith('/') || /^[a-z]:|\\|\0/i.test(name) || parts.includes('..');
  if (!leaves) return parts.join('/');
  throw new DataError(
    `${archive}: expected file names inside the archive's folder, got ${JSON.stringify(name)}. ` +
      'The archive is not to be trusted; it was not used.',
  );
}
