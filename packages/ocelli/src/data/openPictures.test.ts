import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, test, vi } from 'vitest';
import {
  messageOf,
  plainPng,
  smallSet,
  temporaryFolder,
  writeTar,
  writeTree,
} from '../../test/dataTree.ts';
import type { ImageDataset } from './imageDataset.ts';
import { openPictures } from './openPictures.ts';
import type { OpenPicturesOptions } from './openPictures.ts';

const root = temporaryFolder();
const cacheFolder = path.join(root, 'cache');
let folders = 0;

/** Writes a data set into a folder of its own. */
async function dataSet(changes: Record<string, Buffer | string | undefined> = {}): Promise<string> {
  const files = Object.entries({ ...(await smallSet()), ...changes });
  const kept = files.filter((file): file is [string, Buffer | string] => file[1] !== undefined);
  return writeTree(path.join(root, `set-${folders++}`), Object.fromEntries(kept));
}

const open = (options: OpenPicturesOptions) => openPictures({ cacheFolder, ...options });

/** The first red value of every picture. */
function reds(dataset: ImageDataset | undefined): unknown[] {
  return (dataset?.images.select(1, 0).select(1, 0).select(1, 0).toArray() ?? []) as unknown[];
}

describe('openPictures', () => {
  test('reads train/<class>/* and test/<class>/* in the order of class and file', async () => {
    const data = await open({ path: await dataSet() });
    expect(data.classes).toEqual(['cat', 'dog']);
    expect([...data.train.labels]).toEqual([0, 0, 1, 1]);
    expect(reds(data.train)).toEqual([10, 20, 30, 40]);
    expect(reds(data.test)).toEqual([50, 60]);
    expect(data.train.nameOf(2)).toBe('train/dog/1.png');
    expect(data.train.images.shape).toEqual([4, 3, 4, 4]);
    expect(data.train.images.isContiguous('channelsLast')).toBe(true);
    expect(data.validation).toBeUndefined();
    expect(data.constants).toBeUndefined();
  });

  test('reads a folder of class folders as one split', async () => {
    const data = await open({ path: path.join(await dataSet(), 'train') });
    expect([data.train.length, data.test]).toEqual([4, undefined]);
  });

  test('reads val/ as the validation split', async () => {
    const set = await dataSet({ 'val/cat/9.png': await plainPng({ r: 9, g: 9, b: 9 }) });
    expect(reds((await open({ path: set })).validation)).toEqual([9]);
  });

  test.each(['set.tar', 'set.tar.gz', 'set.tgz'])(
    'reads the same pictures from %s',
    async (name) => {
      const wrapped = Object.entries(await smallSet()).map(([file, bytes]) => [
        `./cifar/${file}`,
        bytes,
      ]);
      const entries = Object.fromEntries(wrapped.reverse()) as Record<string, Buffer>;
      const data = await open({ path: await writeTar(path.join(root, name), entries) });
      expect(reds(data.train)).toEqual([10, 20, 30, 40]);
      expect(reds(data.test)).toEqual([50, 60]);
      expect(data.train.nameOf(0)).toBe('cifar/train/cat/1.png');
    },
  );

  test('decodes once, and again when a picture changed in place', async () => {
    const set = await dataSet();
    expect((await open({ path: set })).fromCache).toBe(false);
    expect((await open({ path: set })).fromCache).toBe(true);
    const picture = path.join(set, 'train/cat/1.png');
    fs.writeFileSync(picture, await plainPng({ r: 99, g: 99, b: 99 }));
    fs.utimesSync(picture, 1, 2);
    const changed = await open({ path: set });
    expect(changed.fromCache).toBe(false);
    expect(reds(changed.train)).toEqual([99, 20, 30, 40]);
    expect(fs.readdirSync(path.dirname(changed.cacheEntry)).join()).not.toContain('.tmp-');
  });

  test('of two that decode at the same time the second keeps the entry of the first', async () => {
    const set = await dataSet();
    const mark = async () => {
      const { cacheEntry } = await open({ path: set });
      fs.appendFileSync(path.join(cacheEntry, 'marks'), 'x');
      return cacheEntry;
    };
    const [entry = ''] = await Promise.all([mark(), mark()]);
    expect(fs.readFileSync(path.join(entry, 'marks'), 'utf8')).toBe('xx');
  });

  test('decodes again when a picture was added', async () => {
    const set = await dataSet();
    await open({ path: set });
    writeTree(set, { 'train/dog/3.png': await plainPng({ r: 7, g: 7, b: 7 }) });
    const data = await open({ path: set });
    expect([data.fromCache, data.train.length]).toEqual([false, 5]);
  });

  test('records path, size, time and SHA-256 of every picture', async () => {
    const set = await dataSet();
    const { cacheEntry } = await open({ path: set });
    const manifest = JSON.parse(fs.readFileSync(path.join(cacheEntry, 'manifest.json'), 'utf8'));
    const file = path.join(set, 'train/cat/1.png');
    const { files } = manifest.splits.train;
    const { createHash } = await import('node:crypto');
    const hash = createHash('sha256').update(fs.readFileSync(file)).digest();
    expect(files.path[0]).toBe('train/cat/1.png');
    expect(files.size[0]).toBe(fs.statSync(file).size);
    expect(files.mtimeMs[0]).toBe(fs.statSync(file).mtimeMs);
    expect(Buffer.from(files.sha256, 'base64').subarray(0, 32).equals(hash)).toBe(true);
    expect(manifest.decoding).toMatchObject({ height: 4, width: 4, resampler: 'none' });
  });

  test('stores another size when asked, each size in an entry of its own', async () => {
    const set = await dataSet();
    const small = await open({ path: set, size: 2 });
    expect(small.train.imageShape).toEqual([3, 2, 2]);
    const wide = await open({ path: set, size: { height: 2, width: 6 } });
    expect(wide.train.imageShape).toEqual([3, 2, 6]);
    expect((await open({ path: set })).train.imageShape).toEqual([3, 4, 4]);
    expect((await open({ path: set, size: 2 })).fromCache).toBe(true);
    expect((await open({ path: set, size: 2, fit: 'contain' })).fromCache).toBe(false);
  });

  test('reports how many pictures are decoded', async () => {
    const onDecode = vi.fn();
    await open({ path: await dataSet(), onDecode });
    expect(onDecode).toHaveBeenCalledTimes(6);
    expect(onDecode).toHaveBeenLastCalledWith({ done: 6, total: 6 });
  });

  test('does not use a cache whose pixels were cut short', async () => {
    const set = await dataSet();
    const { cacheEntry } = await open({ path: set });
    fs.truncateSync(path.join(cacheEntry, 'train.pixels'), 100);
    expect((await open({ path: set })).fromCache).toBe(false);
    fs.writeFileSync(path.join(cacheEntry, 'manifest.json'), '{"format":1,');
    expect((await open({ path: set })).fromCache).toBe(false);
  });
});

describe('bad pictures', () => {
  const empty = 'got an empty file (0 bytes). Copy it again or delete it.';

  test('end the run, named, and the cache is not made', async () => {
    const set = await dataSet({ 'train/cat/bad.png': '' });
    const expected =
      `train/cat/bad.png: expected a picture, ${empty} ` +
      'Or leave such pictures out with onBadImage skip (--on-bad-image skip).';
    expect(await messageOf(open({ path: set }))).toBe(expected);
    expect(await messageOf(open({ path: set }))).toBe(expected);
  });

  test('are counted together', async () => {
    const set = await dataSet({ 'train/cat/0.png': '', 'train/dog/9.png': '' });
    expect(await messageOf(open({ path: set }))).toBe(
      '2 of 6 pictures cannot be used. Repair or delete them, or leave them out with onBadImage skip ' +
        '(--on-bad-image skip).\n' +
        `train/cat/0.png: expected a picture, ${empty}\n` +
        `train/dog/9.png: expected a picture, ${empty}`,
    );
  });

  test('are left out and listed with skip, and remembered by the cache', async () => {
    const set = await dataSet({ 'train/cat/0.png': '', 'train/dog/11.png': 'no picture' });
    for (const fromCache of [false, true]) {
      const data = await open({ path: set, onBadImage: 'skip' });
      expect(data.fromCache).toBe(fromCache);
      expect(reds(data.train)).toEqual([10, 20, 30, 40]);
      expect([...data.train.labels]).toEqual([0, 0, 1, 1]);
      expect(data.train.nameOf(0)).toBe('train/cat/1.png');
      expect(data.skipped.map(({ path }) => path)).toEqual(['train/cat/0.png', 'train/dog/11.png']);
      expect(data.skipped[0]?.reason).toBe(`train/cat/0.png: expected a picture, ${empty}`);
    }
    expect(await messageOf(open({ path: set }))).toMatch(/^2 of 8 pictures cannot be used/);
  });

  test('may not leave a class empty', async () => {
    const set = await dataSet({ 'train/dog/1.png': '', 'train/dog/2.png': '' });
    expect(await messageOf(open({ path: set, onBadImage: 'skip' }))).toBe(
      'train/dog: expected at least one usable picture, got none. ' +
        `The first problem: train/dog/1.png: expected a picture, ${empty}`,
    );
  });

  test('include those above maxPixels', async () => {
    const set = await dataSet();
    expect(await messageOf(open({ path: set, maxPixels: 15 }))).toContain(
      'train/cat/1.png: expected at most 15 pixels, got 4x4. ' +
        'Shrink it, or allow more with maxPixels (--max-pixels).',
    );
  });

  test('do not include pictures of several sizes, for which a size is asked', async () => {
    const big = await plainPng({ r: 1, g: 1, b: 1 }, { width: 5, height: 4 });
    const set = await dataSet({ 'train/dog/2.png': big });
    expect(await messageOf(open({ path: set, onBadImage: 'skip' }))).toMatch(
      /expected [45]x4 as in train\/.*, got [45]x4\. Say to which size all are brought, /,
    );
    const test = await dataSet({ 'test/cat/3.png': big, 'test/dog/3.png': big });
    expect(await messageOf(open({ path: test }))).toBe(
      'test: expected 4x4 as in train, got 5x4. ' +
        'Say to which size all are brought, for example --image-size 64 (size: 64 in code).',
    );
    expect((await open({ path: set, size: 4 })).train.length).toBe(4);
  });
});

describe('what is no data set is refused with one sentence', () => {
  test('a missing path', async () => {
    expect(await messageOf(open({ path: '/nowhere/at/all' }))).toBe(
      '/nowhere/at/all: expected a folder or an archive of pictures, ' +
        'got no such file or folder (ENOENT).',
    );
  });

  test('an empty folder', async () => {
    const set = path.join(root, 'empty');
    fs.mkdirSync(set);
    expect(await messageOf(open({ path: set }))).toBe(
      `${set}: expected pictures in train/<class>/ and test/<class>/, ` +
        'got a folder without class folders.',
    );
  });

  test('a file of another kind', async () => {
    const set = writeTree(root, { 'set.rar': 'Rar!', 'data_batch_1.bin': 'x' });
    expect(await messageOf(open({ path: path.join(set, 'set.rar') }))).toBe(
      `${set}/set.rar: expected a folder or an archive (.tar, .tar.gz, .tgz, .zip), ` +
        'got a .rar file. Unpack it and pass the folder.',
    );
    expect(await messageOf(open({ path: path.join(set, 'data_batch_1.bin') }))).toBe(
      `${set}/data_batch_1.bin: expected a folder or an archive (.tar, .tar.gz, .tgz, .zip), ` +
        'got a .bin file. Pass the folder that holds all the batches.',
    );
  });

  test('a fit without a size', async () => {
    expect(await messageOf(open({ path: root, fit: 'fill' }))).toBe(
      'openPictures: expected fit to be left out without size, to which it brings pictures, got "fill".',
    );
  });

  test('an option that does not exist, with the nearest one', async () => {
    const wrong = { path: root, onBadImages: 'skip' } as OpenPicturesOptions;
    expect(await messageOf(open(wrong))).toContain('Did you mean "onBadImage"?');
    const value = { path: root, onBadImage: 'skpi' as 'skip' };
    expect(await messageOf(open(value))).toBe(
      'openPictures: expected onBadImage to be one of error, skip, got "skpi". Did you mean "skip"?',
    );
    expect(await messageOf(open({ path: root, size: 0 }))).toBe(
      'openPictures: expected size to be a positive integer, got 0.',
    );
  });
});

describe('a full disk', () => {
  test('is one sentence, and nothing half-written stays', async () => {
    const set = await dataSet();
    const full = Object.assign(new Error('no space'), { code: 'ENOSPC', syscall: 'write' });
    const write = vi.spyOn(fs, 'writeSync').mockImplementation(() => {
      throw full;
    });
    const elsewhere = path.join(root, 'full');
    const message = await messageOf(open({ path: set, cacheFolder: elsewhere }));
    write.mockRestore();
    expect(message).toBe(
      `${elsewhere}/pictures: expected a folder with room for the cache, got a full disk (ENOSPC). ` +
        'Free some space or set OCELLI_CACHE to another folder; the half-written cache was removed.',
    );
    expect(fs.readdirSync(path.join(elsewhere, 'pictures'))).toEqual([]);
  });
});

describe('without a path', () => {
  test('and without a network, one sentence says what to pass', async () => {
    const offline = Object.assign(new Error('getaddrinfo ENOTFOUND www.cs.toronto.edu'), {
      code: 'ENOTFOUND',
    });
    const request = vi
      .spyOn(globalThis, 'fetch')
      .mockRejectedValue(new TypeError('fetch failed', { cause: offline }));
    const message = await messageOf(open({ dataset: 'cifar100' }));
    request.mockRestore();
    expect(message).toBe(
      'CIFAR-100: expected to fetch https://www.cs.toronto.edu/~kriz/cifar-100-binary.tar.gz, ' +
        'got getaddrinfo ENOTFOUND www.cs.toronto.edu. ' +
        'Pass the pictures with --data PATH: a folder with train/<class>/ and test/<class>/, ' +
        'an archive of it, or the official binary batches. ' +
        'What has arrived is kept; run again to go on from there.',
    );
  });
});
