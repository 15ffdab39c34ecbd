import { createHash } from 'node:crypto';
import {
  chmodSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { download, downloadLibtorch } from '../packages/torch/scripts/setup/archive.mjs';

const content = Buffer.from('libtorch '.repeat(300_000));
const sha256 = createHash('sha256').update(content).digest('hex');

let folder: string;
let target: string;
/** The range header of each request. */
let ranges: (string | undefined)[];
/** Bytes after which the server breaks the connection. */
let breaksAfter = Infinity;
/** Whether the server knows ranges. */
let resumes = true;

const server = createServer((request, response) => {
  ranges.push(request.headers.range);
  const begin = resumes ? Number(/\d+/.exec(request.headers.range ?? '0')?.[0]) : 0;
  if (begin >= content.length) return response.writeHead(416).end();
  const rest = content.subarray(begin);
  response.writeHead(begin > 0 ? 206 : 200, { 'content-length': rest.length });
  if (breaksAfter >= rest.length) return response.end(rest);
  return response.write(rest.subarray(0, breaksAfter), () => {
    setTimeout(() => response.destroy(), 50);
  });
});

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'download-'));
  target = join(folder, 'libtorch.zip');
  ranges = [];
  breaksAfter = Infinity;
  resumes = true;
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});

afterEach(() => {
  server.closeAllConnections();
  server.close();
  rmSync(folder, { recursive: true });
});

function archive(): { url: string; sha256: string } {
  const { port } = server.address() as AddressInfo; // listening on TCP, not on a pipe
  return { url: `http://127.0.0.1:${port}/libtorch.zip`, sha256 };
}

test('brings the file, and does not ask again once it is there', async () => {
  await download(archive(), target);
  expect(readFileSync(target).equals(content)).toBe(true);
  await download(archive(), target);
  expect(ranges).toEqual([undefined]);
});

test('goes on where the connection broke', async () => {
  breaksAfter = 100_000;
  await expect(download(archive(), target)).rejects.toThrow(/it goes on where it stopped/);
  expect(existsSync(target)).toBe(false);
  breaksAfter = Infinity;
  await download(archive(), target);
  expect(ranges[1]).toMatch(/^bytes=[1-9]\d*-$/);
  expect(readFileSync(target).equals(content)).toBe(true);
});

test('begins again with a server that does not know ranges', async () => {
  resumes = false;
  writeFileSync(`${target}.part`, content.subarray(0, 1000));
  await download(archive(), target);
  expect(readFileSync(target).equals(content)).toBe(true);
});

test('takes a part that is whole already', async () => {
  writeFileSync(`${target}.part`, content);
  await download(archive(), target);
  expect(readFileSync(target).equals(content)).toBe(true);
});

test('refuses and deletes what does not match the checksum', async () => {
  writeFileSync(`${target}.part`, Buffer.alloc(content.length));
  const { url } = archive();
  await expect(download(archive(), target)).rejects.toThrow(
    new RegExp(
      `^${url}: expected the SHA-256 to be ${sha256}, got [0-9a-f]{64}. The file was deleted`,
    ),
  );
  expect(existsSync(`${target}.part`)).toBe(false);
  expect(existsSync(target)).toBe(false);
});

test('says how far it is', async () => {
  const step = { note: '' };
  await download(archive(), target, step);
  expect(step.note).toBe('3 of 3 MB');
});

test('says which host could not be reached', async () => {
  const { url } = archive();
  server.close();
  await expect(download({ url, sha256 }, target)).rejects.toThrow(
    `${new URL(url).host} could not be reached (ECONNREFUSED).`,
  );
});

describe('libtorch in the cache folder', () => {
  /** Stands for cmake, which unpacks into the folder it is started in. */
  function unpacker(body: string): string {
    const path = join(folder, 'unpacker');
    writeFileSync(path, `#!/bin/sh\n${body}\n`);
    chmodSync(path, 0o755);
    return path;
  }

  const unpacks =
    'mkdir -p libtorch/lib libtorch/include/ATen; echo 2.5.1 > libtorch/build-version; ' +
    'touch libtorch/lib/libtorch_cpu.so libtorch/include/ATen/ATen.h';
  const cache = (): string => join(folder, 'cache');

  function bring(cmake: string): Promise<void> {
    const log = {
      path: join(folder, 'setup.log'),
      say: (line: string) => void said.push(line),
      detail: () => {},
      during: <Result>(_title: string, work: (step: { note: string }) => Result) =>
        work({ note: '' }),
    };
    return downloadLibtorch({ folder: cache(), cmake, log, archive: archive() });
  }

  let said: string[];
  beforeEach(() => {
    said = [];
  });

  test('of two that want it at once one fetches it and the other waits', async () => {
    const cmake = unpacker(unpacks);
    await Promise.all([bring(cmake), bring(cmake)]);
    expect(ranges).toEqual([undefined]);
    expect(said).toEqual([
      expect.stringMatching(
        /^Another download of libtorch is running \(process \d+ on .+\); waiting/,
      ),
    ]);
    expect(readdirSync(cache())).toEqual(['libtorch']);
    expect(existsSync(join(cache(), 'libtorch/lib/libtorch_cpu.so'))).toBe(true);
  });

  test('of a failed unpacking the archive stays and nothing else', async () => {
    await expect(bring(unpacker(`${unpacks}; exit 1`))).rejects.toThrow(/Delete .+libtorch\.zip/);
    expect(readdirSync(cache())).toEqual(['libtorch.zip']);
    await bring(unpacker(unpacks));
    expect(ranges).toEqual([undefined]);
    expect(readdirSync(cache())).toEqual(['libtorch']);
  });

  test('one that cannot be used is replaced', async () => {
    await bring(unpacker(unpacks));
    rmSync(join(cache(), 'libtorch/include'), { recursive: true });
    await bring(unpacker(unpacks));
    expect(existsSync(join(cache(), 'libtorch/include/ATen/ATen.h'))).toBe(true);
  });
});
