import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { download } from '../packages/torch/scripts/setup/archive.mjs';

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
