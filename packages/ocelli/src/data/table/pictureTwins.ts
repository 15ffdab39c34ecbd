import type { CacheEntry } from '../pictureCache.ts';

/** Bytes of a SHA-256. */
const HASH = 32;

/**
 * A number for every decoded picture, the same for those that are equal in every pixel: the position of
 * the first of them.
 */
export function pictureTwins(entry: CacheEntry): Int32Array {
  const hashes = Buffer.from(entry.manifest.splits.train?.files.pixelSha256 ?? '', 'base64');
  const firstOf = new Map<string, number>();
  return Int32Array.from({ length: hashes.length / HASH }, (_, row) => {
    const hash = hashes.toString('latin1', row * HASH, (row + 1) * HASH);
    const first = firstOf.get(hash);
    if (first === undefined) firstOf.set(hash, row);
    return first ?? row;
  });
}
