import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import { setTimeout as wait } from 'node:timers/promises';
import { DataError } from '@ocelli/torch';
import { systemCode, systemReason } from './systemReason.ts';

/** A published file and where to keep it. */
export interface DownloadOptions {
  /** What messages call it. */
  title: string;
  url: string;
  /** Where it goes; while it arrives it is called `<file>.part`. */
  file: string;
  /** Its exact length. */
  bytes: number;
  /** MD5 in hexadecimal, as its authors publish it. */
  md5: string;
  /** Called as bytes arrive. */
  onProgress?: (progress: DownloadProgress) => void;
  /** Pause before another try, in milliseconds. @default 1000 */
  retryMs?: number;
}

/** How much of a file has arrived. */
export interface DownloadProgress {
  readonly doneBytes: number;
  readonly totalBytes: number;
}

/** Tries in a row that brought no byte before giving up. */
const MAX_FRUITLESS_TRIES = 3;

/**
 * Fetches a file, going on where an earlier try stopped, and checks its MD5 before it gets its name.
 *
 * A cut connection is taken up again as long as bytes arrive; what has arrived is kept for the next
 * run. A file that is already there is used as it is: it had its name only after the check.
 *
 * @throws {DataError} if the server cannot be reached, refuses, or sends other bytes than published.
 */
export async function download(options: DownloadOptions): Promise<void> {
  if (fs.existsSync(options.file)) return;
  const part = `${options.file}.part`;
  fs.mkdirSync(path.dirname(part), { recursive: true });
  let fruitless = 0;
  while (sizeOf(part) < options.bytes) {
    const before = sizeOf(part);
    try {
      await fetchRest(options, part);
    } catch (cause) {
      if (cause instanceof DataError) throw cause;
      if (isDiskError(cause)) throw diskFull(options, cause);
      fruitless = sizeOf(part) > before ? 0 : fruitless + 1;
      if (fruitless >= MAX_FRUITLESS_TRIES) throw unreachable(options, cause);
      await wait(options.retryMs ?? 1000);
    }
  }
  await verify(options, part);
  fs.renameSync(part, options.file);
}

async function fetchRest(options: DownloadOptions, part: string): Promise<void> {
  const start = sizeOf(part);
  const headers = { 'accept-encoding': 'identity', range: `bytes=${start}-` };
  const response = await fetch(options.url, { headers });
  if (response.status !== 200 && response.status !== 206) throw refused(options, response);
  // A server that ignores the range sends the file from its beginning.
  const from = response.status === 206 ? start : 0;
  const doneBytes = await append(options, part, { response, from });
  if (doneBytes < options.bytes) throw new Error(`the connection closed after ${doneBytes} bytes`);
}

/** Writes every chunk as it comes, so that a cut connection loses nothing that has arrived. */
async function append(
  options: DownloadOptions,
  part: string,
  { response, from }: { response: Response; from: number },
): Promise<number> {
  const descriptor = fs.openSync(part, from === 0 ? 'w' : 'a');
  let doneBytes = from;
  try {
    for await (const chunk of response.body ?? []) {
      for (let at = 0; at < chunk.length;) at += fs.writeSync(descriptor, chunk, at);
      doneBytes += chunk.length;
      options.onProgress?.({ doneBytes, totalBytes: options.bytes });
    }
  } finally {
    fs.closeSync(descriptor);
  }
  return doneBytes;
}

async function verify(options: DownloadOptions, part: string): Promise<void> {
  const hash = createHash('md5');
  await pipeline(fs.createReadStream(part), hash);
  const got = hash.digest('hex');
  if (got === options.md5) return;
  fs.rmSync(part);
  throw new DataError(
    `${options.title}: expected the download to have MD5 ${options.md5}, got ${got}. ` +
      'It was deleted; run again to fetch it anew.',
  );
}

function sizeOf(file: string): number {
  return fs.statSync(file, { throwIfNoEntry: false })?.size ?? 0;
}

function refused(options: DownloadOptions, response: Response): DataError {
  return new DataError(
    `${options.title}: expected ${options.url} to send the archive, ` +
      `got HTTP status ${response.status}. ${PASS_A_PATH}`,
  );
}

function unreachable(options: DownloadOptions, cause: unknown): DataError {
  return new DataError(
    `${options.title}: expected to fetch ${options.url}, got ${networkReason(cause)}. ` +
      `${PASS_A_PATH} What has arrived is kept; run again to go on from there.`,
    { cause },
  );
}

function diskFull(options: DownloadOptions, cause: unknown): DataError {
  return new DataError(
    `${options.title}: expected to write ${options.file}, got ${systemReason(cause)}. ` +
      'Free some space or set OCELLI_CACHE to another folder.',
    { cause },
  );
}

const PASS_A_PATH =
  'Pass the pictures with --data PATH: a folder with train/<class>/ and test/<class>/, ' +
  'an archive of it, or the official binary batches.';

/** `fetch` says only "fetch failed"; the reason is one level down. */
function networkReason(cause: unknown): string {
  const inner = cause instanceof Error && cause.cause !== undefined ? cause.cause : cause;
  const reason = systemReason(inner);
  return reason === '' ? (systemCode(inner) ?? 'no connection') : reason;
}

function isDiskError(cause: unknown): boolean {
  return ['ENOSPC', 'EDQUOT', 'EACCES', 'EROFS', 'EIO'].includes(systemCode(cause) ?? '');
}
