import { randomBytes } from 'node:crypto';
import { closeSync, fsyncSync, openSync, renameSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';

/**
 * Writes a file so that it appears whole or not at all, and stays after a loss of power.
 *
 * `write` fills a new file beside `path`; that is synced, renamed over `path`, and the folder is
 * synced. When anything fails, the new file is removed and `path` is as it was.
 *
 * @param write fills the file open for writing at the descriptor it is given.
 */
export function replaceFile(path: string, write: (descriptor: number) => void): void {
  const partial = `${path}.tmp-${process.pid}-${randomBytes(4).toString('hex')}`;
  try {
    writeAndSync(partial, write);
    renameSync(partial, path);
  } catch (cause) {
    rmSync(partial, { force: true });
    throw cause;
  }
  syncFolder(dirname(path));
}

function writeAndSync(path: string, write: (descriptor: number) => void): void {
  const descriptor = openSync(path, 'wx');
  try {
    write(descriptor);
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

/** A rename is only kept through a loss of power once the folder itself is on the disk. */
function syncFolder(folder: string): void {
  // Windows opens no folders; its rename is journalled by the file system.
  if (process.platform === 'win32') return;
  const descriptor = openSync(folder, 'r');
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}
