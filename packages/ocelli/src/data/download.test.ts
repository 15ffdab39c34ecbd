import { createHash } from 'node:crypto';
import fs from 'node:fs';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { messageOf, temporaryFolder } from '../../test/dataTree.ts';
import { download } from './download.ts';

const CONTENT = Buffer.from(Array.from({ length: 100_000 }, (_, i) => (i * 7919) % 251));
const MD5 = createHash('md5').update(CONTENT).digest('hex');
const root = temporaryFolder();

/** Ranges that were asked for, as the server saw them. */
const ranges: (string | undefined)[] = [];
const server = http.createServer((request, response) => {
  ranges.push(request.headers.range);
  const start = Number(/bytes=(\d+)-/.exec(request.headers.range ?? '')?.[1] ?? 0);
  const rest = CONTENT.subarray(start);
  if (request.url === '/missing') response.writeHead(404).end('not here');
  else if (request.url === '/no-ranges') response.writeHead(200).end(CONTENT);
  else if (request.url === '/dead') request.socket.destroy();
  else {
    response.writeHead(206, { 'content-length': rest.length });
    if (request.url !== '/cut') response.end(rest);
    // Half of what is missing, but at least 20,000 bytes, then the line goes dead.
    else if (rest.length <= 20_000) response.end(rest);
    else {
      response.write(rest.subarray(0, Math.max(20_000, rest.length / 2)));
      setTimeout(() => request.socket.destroy(), 100);
    }
  }
});
await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
afterAll(() => void server.close());
const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

let files = 0;
function job(url: string, arrived?: Buffer, md5 = MD5) {
  ranges.length = 0;
  const file = path.join(root, `download-${files++}`, 'archive.tar.gz');
  if (arrived !== undefined) {
    fs.mkdirSync(path.dirname(file));
    fs.writeFileSync(`${file}.part`, arrived);
  }
  return { title: 'CIFAR-10', url: base + url, file, bytes: CONTENT.length, md5, retryMs: 1 };
}

const PASS_A_PATH =
  'Pass the pictures with --data PATH: a folder with train/<class>/ and test/<class>/, ' +
  'an archive of it, or the official binary batches.';

describe('download', () => {
  test('fetches a file and tells how much has arrived', async () => {
    const options = job('/whole');
    const seen: number[] = [];
    await download({ ...options, onProgress: ({ doneBytes }) => seen.push(doneBytes) });
    expect(fs.readFileSync(options.file).equals(CONTENT)).toBe(true);
    expect(fs.existsSync(`${options.file}.part`)).toBe(false);
    expect(seen.at(-1)).toBe(CONTENT.length);
  });

  test('does not ask for a file that is there', async () => {
    const options = job('/whole');
    await download(options);
    ranges.length = 0;
    await download(options);
    expect(ranges).toEqual([]);
  });

  test('goes on where an earlier run stopped', async () => {
    const options = job('/whole', CONTENT.subarray(0, 60_000));
    await download(options);
    expect(ranges).toEqual(['bytes=60000-']);
    expect(fs.readFileSync(options.file).equals(CONTENT)).toBe(true);
  });

  test('starts over when the server cannot go on', async () => {
    const options = job('/no-ranges', CONTENT.subarray(0, 60_000));
    await download(options);
    expect(fs.readFileSync(options.file).equals(CONTENT)).toBe(true);
  });

  test('takes a cut connection up again', async () => {
    const options = job('/cut');
    await download(options);
    expect(ranges.length).toBeGreaterThan(2);
    expect(fs.readFileSync(options.file).equals(CONTENT)).toBe(true);
  });

  test('refuses and deletes other bytes than published', async () => {
    const options = job('/whole', undefined, '0'.repeat(32));
    expect(await messageOf(download(options))).toBe(
      `CIFAR-10: expected the download to have MD5 ${'0'.repeat(32)}, got ${MD5}. ` +
        'It was deleted; run again to fetch it anew.',
    );
    expect(fs.readdirSync(path.dirname(options.file))).toEqual([]);
  });

  test('names the address and the way out when the server lacks the file', async () => {
    const options = job('/missing');
    expect(await messageOf(download(options))).toBe(
      `CIFAR-10: expected ${base}/missing to send the archive, got HTTP status 404. ${PASS_A_PATH}`,
    );
    expect(ranges).toHaveLength(1);
  });

  test('names the way out when there is no network, after three tries', async () => {
    const options = job('/dead');
    expect(await messageOf(download(options))).toBe(
      `CIFAR-10: expected to fetch ${base}/dead, got other side closed. ${PASS_A_PATH} ` +
        'What has arrived is kept; run again to go on from there.',
    );
    expect(ranges).toHaveLength(3);
    const nobody = { ...job('/'), url: 'http://127.0.0.1:9/archive' };
    expect(await messageOf(download(nobody))).toContain(PASS_A_PATH);
  });
});
