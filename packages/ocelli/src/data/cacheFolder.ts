import { createHash, randomBytes } from 'node:crypto';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { DataError } from '@ocelli/torch';
import { systemReason } from './systemReason.ts';

/**
 * The folder caches live in: `OCELLI_CACHE`, else `$XDG_CACHE_HOME/ocelli`, else `~/.cache/ocelli`.
 */
export function defaultCacheFolder(env: NodeJS.ProcessEnv = process.env): string {
  const own = env['OCELLI_CACHE'];
  if (own !== undefined && own !== '') return path.resolve(own);
  const xdg = env['XDG_CACHE_HOME'];
  // The XDG specification says that relative paths are to be ignored.
  if (xdg !== undefined && path.isAbsolute(xdg)) return path.join(xdg, 'ocelli');
  return path.join(os.homedir(), '.cache', 'ocelli');
}

/** A short, readable and collision-free folder name for whatever `facts` describe. */
export function entryName(label: string, facts: unknown): string {
  const slug = label
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .slice(0, 40);
  const hash = createHash('sha256').update(JSON.stringify(facts)).digest('hex');
  return `${slug}-${hash.slice(0, 16)}`;
}

/**
 * Writes a cache entry so that it becomes visible whole or not at all.
 *
 * `write` fills a temporary folder; its files and the folder are flushed to disk, then it is renamed
 * to its place, where it takes over from an older entry. If anything fails the temporary folder is
 * removed; one that a killed process left behind is removed at the next start.
 *
 * @param published what another process has put in place meanwhile, if it will do. It stays, since that
 *   process may already be at work in it.
 * @returns what `write` or `published` returned.
 * @throws {DataError} if the disk is full or the folder cannot be written.
 */
export async function publishEntry<T>(
  entry: string,
  write: (folder: string) => Promise<T>,
  published: () => T | undefined = () => undefined,
): Promise<T> {
  const temporary = `${entry}.tmp-${process.pid}-${randomBytes(4).toString('hex')}`;
  try {
    fs.mkdirSync(temporary, { recursive: true });
    sweepAbandoned(path.dirname(entry));
    const result = await write(temporary);
    for (const name of fs.readdirSync(temporary)) flush(path.join(temporary, name));
    flush(temporary);
    const theirs = published();
    if (theirs === undefined) replace(temporary, entry);
    else removeQuietly(temporary);
    return theirs ?? result;
  } catch (cause) {
    removeQuietly(temporary);
    throw isSystemError(cause) ? cannotWrite(entry, cause) : cause;
  }
}

/** The failure that led here is the one to report, not that of cleaning up after it. */
function removeQuietly(folder: string): void {
  try {
    fs.rmSync(folder, { recursive: true, force: true });
  } catch {
    // Swept at the next start.
  }
}

function replace(temporary: string, entry: string): void {
  const old = `${temporary}-old`;
  if (fs.existsSync(entry)) fs.renameSync(entry, old);
  fs.renameSync(temporary, entry);
  flush(path.dirname(entry));
  fs.rmSync(old, { recursive: true, force: true });
}

function flush(file: string): void {
  const descriptor = fs.openSync(file, 'r');
  try {
    fs.fsyncSync(descriptor);
  } finally {
    fs.closeSync(descriptor);
  }
}

/** Removes temporary folders whose process is gone. */
function sweepAbandoned(parent: string): void {
  for (const name of fs.readdirSync(parent)) {
    const pid = /\.tmp-(\d+)-[0-9a-f]{8}(-old)?$/.exec(name)?.[1];
    if (pid === undefined || isAlive(Number(pid))) continue;
    fs.rmSync(path.join(parent, name), { recursive: true, force: true });
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (cause) {
    return isSystemError(cause) && cause.code === 'EPERM';
  }
}

function isSystemError(cause: unknown): cause is NodeJS.ErrnoException {
  return cause instanceof Error && 'syscall' in cause;
}

function cannotWrite(entry: string, cause: unknown): DataError {
  return new DataError(
    `${path.dirname(entry)}: expected a folder with room for the cache, ` +
      `got ${systemReason(cause)}. Free some space or set OCELLI_CACHE to another folder; ` +
      'the half-written cache was removed.',
    { cause },
  );
}
