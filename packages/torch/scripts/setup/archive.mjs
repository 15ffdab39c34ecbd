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
import { dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { run } from './child.mjs';
import { SetupFailure, knownCause } from './failure.mjs';

export const officialArchive = {
  url: 'https://download.pytorch.org/libtorch/cpu/libtorch-cxx11-abi-shared-with-deps-2.5.1%2Bcpu.zip',
  sha256: '618ca54eef82a1dca46ff1993d5807d9c0deb0bae147da4974166a147cb562fa',
};

/** Whether there is an official archive for this machine. */
export function hasOfficialArchive() {
  return process.platform === 'linux' && process.arch === 'x64';
}

/** Leaves libtorch in `folder`/libtorch. */
export async function downloadLibtorch({ folder, cmake, log, archive = officialArchive }) {
  mkdirSync(folder, { recursive: true });
  const zip = join(folder, 'libtorch.zip');
  await log.during('libtorch download', (step) => download(archive, zip, step));
  const unpacking = join(folder, 'libtorch.unpacking');
  rmSync(unpacking, { recursive: true, force: true });
  mkdirSync(unpacking);
  await log.during('libtorch unpacking', () =>
    run([cmake, '-E', 'tar', 'xf', zip], { cwd: unpacking, log, remedy: `Delete ${zip}` }),
  );
  rmSync(join(folder, 'libtorch'), { recursive: true, force: true });
  renameSync(join(unpacking, 'libtorch'), join(folder, 'libtorch'));
  rmSync(unpacking, { recursive: true });
  rmSync(zip);
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
    throw new SetupFailure(
      `${url}: ${knownCause(String(error.cause ?? error)) ?? 'the connection broke off. Try again'} (it goes on where it stopped).`,
    );
  });
}

async function request(url, have) {
  try {
    return await fetch(url, have > 0 ? { headers: { range: `bytes=${have}-` } } : {});
  } catch (error) {
    throw new SetupFailure(
      `${new URL(url).host} could not be reached (${error.cause?.code ?? error.message}).`,
      { cause: error },
    );
  }
}

async function sha256Of(path) {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash);
  return hash.digest('hex');
}

function megabytes(bytes) {
  return Math.round(bytes / 1e6);
}
