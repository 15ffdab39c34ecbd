import {
  closeSync,
  existsSync,
  fsyncSync,
  openSync,
  readdirSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { randomBytes } from 'node:crypto';

/**
 * Writes a file so that a reader sees the old content or the new, never a part: a temporary file
 * beside it, flushed to the disk, renamed over it, and the folder flushed too.
 */
export function writeDurably(path: string, content: string | Uint8Array): void {
  const temporary = temporaryNameFor(path);
  try {
    writeAndFlush(temporary, content);
    renameSync(temporary, path);
  } catch (error) {
    rmSync(temporary, { force: true });
    // Nobody asked for the temporary name: an error about it is one about the file.
    if (error instanceof Error && 'path' in error) Object.assign(error, { path });
    throw error;
  }
  flushFolder(dirname(path));
}

/** Pretty-printed JSON, durable; what people open in an editor. */
export function writeJsonDurably(path: string, value: unknown): void {
  writeDurably(path, `${JSON.stringify(value, undefined, 2)}\n`);
}

/** A name beside `path` for what is not to be seen; `sweepTemporaries` knows it. */
export function temporaryNameFor(path: string): string {
  return `${path}.tmp-${process.pid}-${randomBytes(3).toString('hex')}`;
}

/** Removes what processes that were killed left half-written, or half-removed, in a folder where none is at work. */
export function sweepTemporaries(folder: string): void {
  if (!existsSync(folder)) return;
  const left = readdirSync(folder).filter((name) => /\.tmp-\d+-[0-9a-f]+$/.test(name));
  for (const name of left) rmSync(join(folder, name), { recursive: true, force: true });
}

/** Creates a new file and flushes it to the disk. A failed flush must not be tried again. */
export function writeAndFlush(path: string, content: string | Uint8Array): void {
  const file = openSync(path, 'wx');
  try {
    writeWhole(file, content);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

/** Writes to an open file until all of it is there: on a disk that is nearly full, a call writes a part. */
export function writeWhole(file: number, content: string | Uint8Array): void {
  const bytes = typeof content === 'string' ? Buffer.from(content) : content;
  for (let done = 0; done < bytes.length;) {
    done += writeSync(file, bytes, done, bytes.length - done);
  }
}

/** Makes renames and new names inside a folder survive a power cut. */
export function flushFolder(path: string): void {
  if (process.platform === 'win32') return; // folders cannot be opened there
  const folder = openSync(path, 'r');
  try {
    fsyncSync(folder);
  } finally {
    closeSync(folder);
  }
}
