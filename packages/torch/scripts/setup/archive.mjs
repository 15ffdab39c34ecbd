// The official libtorch archive: downloaded with resume, checked, unpacked beside its final place.
import { createHash } from 'node:crypto';
import {
  createReadStream,
  createWriteStream,
  existsSync,
  mkdirSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { inspectLibtorch } from '../findLibtorch.mjs';
import { run } from './child.mjs';
import { SetupFailure, knownCause } from './failure.mjs';
import { interruption } from './interruption.mjs';
import { waitingFor, withLock } from './lock.mjs';

export const officialArchive = {
  url: 'https://download.pytorch.org/libtorch/cpu/libtorch-cxx11-abi-shared-with-deps-2.5.1%2Bcpu.zip',
  sha256: '618ca54eef82a1dca46ff1993d5807d9c0deb0bae147da4974166a147cb562fa',
};

/** Whether there is an official archive for this machine. */
export function hasOfficialArchive() {
  return process.platform === 'linux' && process.arch === 'x64';
}

/** Leaves libtorch in `folder`/libtorch, which set-ups of several clones may want at the same time. */
export async function downloadLibtorch({ folder, cmake, log, archive = officialArchive }) {
  const lock = join(folder, 'libtorch.lock');
  const waiting = (holder) => log.say(waitingFor('download of libtorch', holder, lock));
  await withLock(lock, waiting, async () => {
    const { reason } = inspectLibtorch(join(folder, 'libtorch'));
    if (reason === undefined) return; // another one has brought it meanwhile
    const zip = join(folder, 'libtorch.zip');
    await log.during('libtorch download', (step) => download(archive, zip, step));
    await log.during('libtorch unpacking', () => unpack(zip, { folder, cmake, log }));
    rmSync(zip);
  });
}

async function unpack(zip, { folder, cmake, log }) {
  const unpacking = join(folder, 'libtorch.unpacking');
  rmSync(unpacking, { recursive: true, force: true }); // of a process that was killed
  mkdirSync(unpacking);
  try {
    const remedy = `Delete ${zip}`;
    await run([cmake, '-E', 'tar', 'xf', zip], { cwd: unpacking, log, remedy });
    rmSync(join(folder, 'libtorch'), { recursive: true, force: true });
    renameSync(join(unpacking, 'libtorch'), join(folder, 'libtorch'));
  } finally {
    rmSync(unpacking, { recursive: true, force: true });
  }
}

/** Goes on where an earlier download stopped; what does not match the checksum is deleted. */
export async function download({ url, sha256 }, target, step = { note: '' }) {
  if (existsSync(target)) return;
  const part = `${target}.part`;
  await fetchRest(url, part, step);
  const got = await sha256Of(part);
  if (got !== sha256) {
    rmSync(part);
    throw new SetupFailure(
      `${url}: expected the SHA-256 to be ${sha256}, got ${got}. The file was deleted; run it again.`,
    );
  }
  renameSync(part, target);
}

async function fetchRest(url, part, step) {
  const have = existsSync(part) ? statSync(part).size : 0;
  const response = await request(url, have);
  if (response.status === 416) return; // nothing is left to fetch: the checksum decides
  if (!response.ok)
    throw new SetupFailure(`${url}: the server answered ${response.status}. Try later.`);
  const begin = response.status === 206 ? have : 0;
  const total = begin + Number(response.headers.get('content-length'));
  const body = Readable.fromWeb(response.body);
  let done = begin;
  body.on('data', (chunk) => {
    done += chunk.length;
    step.note = `${megabytes(done)} of ${megabytes(total)} MB`;
  });
  await pipeline(body, createWriteStream(part, { flags: begin > 0 ? 'a' : 'w' })).catch((error) => {
    interruption.throwIfAborted();
    throw new SetupFailure(
      `${url}: ${knownCause(String(error.cause ?? error)) ?? 'the connection broke off. Try again'} (it goes on where it stopped).`,
    );
  });
}

async function request(url, have) {
  const headers = have > 0 ? { range: `bytes=${have}-` } : {};
  try {
    return await fetch(url, { headers, signal: interruption });
  } catch (error) {
    interruption.throwIfAborted();
    throw new SetupFailure(
      `${new URL(url).host} could not be reached (${error.cause?.code ?? error.message}).`,
      { cause: error },
    );
  }
}

async function sha256Of(path) {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash, { signal: interruption });
  return hash.digest('hex');
}

function megabytes(bytes) {
  return Math.round(bytes / 1e6);
}
