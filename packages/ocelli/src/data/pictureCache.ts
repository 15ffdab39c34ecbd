import fs from 'node:fs';
import path from 'node:path';
import { DataError } from '@ocelli/torch';
import sharp from 'sharp';
import { buildEntry } from './buildEntry.ts';
import type { BuildOptions } from './buildEntry.ts';
import { entryName, publishEntry } from './cacheFolder.ts';
import { RESIZING } from './decodePicture.ts';
import { badPictures } from './decodeSplit.ts';
import type { FileSource } from './fileSource.ts';
import type { SplitName } from './folderTree.ts';
import { MANIFEST_FILE, MANIFEST_FORMAT, pixelFile } from './manifest.ts';
import type { Manifest } from './manifest.ts';

/** What the cache is asked for. */
export interface CacheRequest extends BuildOptions {
  /**
   * What identifies the source for ever: its absolute path, of a table also that of the pictures, or the address
   * of a published archive.
   */
  readonly identity: string;
  /** Changes with the source's content; see `FileSource.fingerprint`. */
  readonly fingerprint: string;
  /** Gets hold of the source; called only if there is something to decode. */
  readonly source: () => Promise<FileSource>;
  readonly cacheFolder: string;
}

/** A complete cache entry. */
export interface CacheEntry {
  readonly folder: string;
  readonly manifest: Manifest;
  /** False if it had to be decoded now. */
  readonly fromCache: boolean;
}

/**
 * The decoded pictures of a source: from the cache if nothing has changed, else decoded into it.
 *
 * An entry belongs to a source and to everything that decides its pixels (size, fit, labels, pixel
 * limit, decoder version). It is decoded anew, in place of the old one, when a file was added,
 * removed, resized or touched.
 */
export async function cachedPictures(request: CacheRequest): Promise<CacheEntry> {
  const { identity, decode, labels } = request;
  const facts = {
    ...{ format: MANIFEST_FORMAT, identity, decode, labels, sharp: sharp.versions.sharp },
    ...(decode.size && { resizing: RESIZING }),
  };
  const label = path.basename(identity).replace(/\.(tar|tar\.gz|tgz)$/i, '');
  const folder = path.join(request.cacheFolder, 'pictures', entryName(label, facts));
  const current = (): Manifest | undefined => readEntry(folder, request.fingerprint);
  const kept = current();
  if (kept !== undefined) {
    refuseSkipped(kept, request.onBadImage);
    return { folder, manifest: kept, fromCache: true };
  }
  const source = await request.source();
  const build = (temporary: string): Promise<Manifest> => buildEntry(source, temporary, request);
  const manifest = await publishEntry(folder, build, current);
  return { folder, manifest, fromCache: false };
}

/** The manifest of a whole and current entry; an entry that is neither counts as absent. */
function readEntry(folder: string, fingerprint: string): Manifest | undefined {
  const file = path.join(folder, MANIFEST_FILE);
  if (!fs.existsSync(file)) return undefined;
  const manifest = parseManifest(fs.readFileSync(file, 'utf8'));
  if (manifest?.format !== MANIFEST_FORMAT) return undefined;
  if (manifest.source.fingerprint !== fingerprint) return undefined;
  const { height, width } = manifest.decoding;
  const whole = Object.entries(manifest.splits).every(([name, split]) => {
    const pixels = pixelFile(folder, name as SplitName); // keys of `splits` are split names
    const size = fs.statSync(pixels, { throwIfNoEntry: false })?.size;
    return size === split.count * height * width * 3 && split.labels.length === split.count;
  });
  return whole ? manifest : undefined;
}

function parseManifest(text: string): Manifest | undefined {
  try {
    return JSON.parse(text) as Manifest; // our own file; its format and sizes are checked
  } catch {
    return undefined;
  }
}

/** A cache that was made with `skip` holds the reasons to refuse it with `error`. */
function refuseSkipped(manifest: Manifest, onBadImage: 'error' | 'skip'): void {
  const splits = Object.values(manifest.splits);
  const skipped = splits.flatMap((split) => split.skipped);
  if (skipped.length === 0 || onBadImage === 'skip') return;
  const total = splits.reduce((sum, split) => sum + split.count, skipped.length);
  throw new DataError(
    badPictures(
      skipped.map(({ reason }) => reason),
      total,
    ),
  );
}
