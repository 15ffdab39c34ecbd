import { createHash } from 'node:crypto';
import fs from 'node:fs';
import { buffer } from 'node:stream/consumers';
import { DataError } from '@ocelli/torch';
import { type Entry, openPromise, type ZipFile } from 'yauzl';
import { FILES_IN_FLIGHT } from './fileSource.ts';
import type { FileSource, Listing, UseFile } from './fileSource.ts';
import { isLeftOut } from './leftOut.ts';

/**
 * A `.zip` archive as a source of files. It is read in place and never unpacked; hidden files, and those
 * that systems add, are left out.
 *
 * @throws {DataError} (when read) if the archive is damaged or cut short, or holds a name that would
 *   leave the folder if it were unpacked.
 */
export function zipSource(archive: string): FileSource {
  const file = fs.realpathSync(archive);
  return {
    path: file,
    kind: 'archive',
    list: () => opened(file, async (_, entries) => listingOf(entries)),
    fingerprint: async () => {
      const { size, mtimeMs } = fs.statSync(file);
      return createHash('sha256').update(`${size}\0${mtimeMs}`).digest('hex');
    },
    readEach: (paths, use) =>
      opened(file, (zip, entries) => eachOf({ file, zip, entries }, paths, use)),
  };
}

/** True if the name is one this source reads. */
export function isZipName(name: string): boolean {
  return /\.zip$/i.test(name);
}

async function opened<T>(
  file: string,
  work: (zip: ZipFile, entries: ReadonlyMap<string, Entry>) => Promise<T>,
): Promise<T> {
  const zip = await sound(file, () => openPromise(file, { lazyEntries: true, autoClose: false }));
  try {
    const entries = new Map<string, Entry>();
    await sound(file, async () => {
      for await (const entry of zip.eachEntry()) entries.set(entry.fileName, entry);
    });
    return await work(zip, entries);
  } finally {
    zip.close();
  }
}

function listingOf(entries: ReadonlyMap<string, Entry>): Listing {
  const kept = [...entries.values()].filter(({ fileName }) => !fileName.split('/').some(isLeftOut));
  const files = kept
    .filter(({ fileName }) => !fileName.endsWith('/'))
    .map((entry) => ({
      path: entry.fileName,
      size: entry.uncompressedSize,
      mtimeMs: entry.getLastModDate().getTime(),
    }));
  const folders = new Set<string>();
  for (const { fileName } of kept) {
    const parts = fileName.split('/').slice(0, -1);
    for (const [depth] of parts.entries()) folders.add(parts.slice(0, depth + 1).join('/'));
  }
  return { files, folders: [...folders] };
}

interface OpenZip {
  readonly file: string;
  readonly zip: ZipFile;
  readonly entries: ReadonlyMap<string, Entry>;
}

async function eachOf(
  { file, zip, entries }: OpenZip,
  paths: readonly string[],
  use: UseFile,
): Promise<void> {
  let next = 0;
  const reader = async (): Promise<void> => {
    for (let index = next++; index < paths.length; index = next++) {
      const entry = entries.get(paths[index] ?? '');
      if (entry === undefined) throw new Error(`internal: ${file} has no ${paths[index]}`);
      const bytes = await sound(file, async () => buffer(await zip.openReadStreamPromise(entry)));
      await use(bytes, index);
    }
  };
  await Promise.all(Array.from({ length: FILES_IN_FLIGHT }, reader));
}

/** What the archive itself says, and a sentence if it cannot be read. */
async function sound<T>(file: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new DataError(
      `${file}: expected a whole zip archive, got one that cannot be read (${reason}). ` +
        'Fetch it again.',
      { cause },
    );
  }
}
