import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { messageOf, temporaryFolder, writeTar, writeTree } from '../../test/dataTree.ts';
import { CIFAR10_CLASSES, CIFAR100_COARSE, CIFAR100_FINE } from './cifarClasses.ts';
import { CIFAR10, CIFAR100 } from './cifarFormat.ts';
import type { CifarFormat, LabelKind } from './cifarFormat.ts';
import type { FileSource, SourceFile } from './fileSource.ts';
import { imageDataset } from './imageDataset.ts';
import { recogniseLayout } from './layout.ts';
import type { Layout } from './layout.ts';
import { openPictures } from './openPictures.ts';
import { openSource } from './openSource.ts';
import { cachedPictures } from './pictureCache.ts';

const root = temporaryFolder();
const cacheFolder = path.join(root, 'cache');

/** The official formats with two pictures a file, so that a test set is small. */
const small = (format: CifarFormat): CifarFormat => ({
  ...format,
  recordsPerTrainFile: 2,
  recordsPerTestFile: 2,
});

/** One record: labels, then planes whose value at (row, column) is known. */
function record(labels: number[], seed: number): Buffer {
  const plane = (channel: number) =>
    Buffer.from(Array.from({ length: 1024 }, (_, i) => (seed + 100 * channel + i) % 256));
  return Buffer.concat([Buffer.from(labels), plane(0), plane(1), plane(2)]);
}

function cifar10Files(): Record<string, Buffer> {
  const names = [...CIFAR10.trainFiles, CIFAR10.testFile];
  const files = names.map((name, i) => [
    `cifar-10-batches-bin/${name}`,
    Buffer.concat([record([i], 2 * i), record([9 - i], 2 * i + 1)]),
  ]);
  return Object.fromEntries(files) as Record<string, Buffer>;
}

async function open(place: string, labels: LabelKind = 'fine', size?: number) {
  const source = openSource(place);
  const entry = await cachedPictures({
    identity: source.path,
    fingerprint: await source.fingerprint(),
    source: async () => source,
    cacheFolder,
    decode: size === undefined ? {} : { size: { height: size, width: size } },
    labels,
    onBadImage: 'error',
    formats: [small(CIFAR10), small(CIFAR100)],
    onProgress: () => undefined,
  });
  const [train, test] = [imageDataset(entry, 'train'), imageDataset(entry, 'test')];
  return { train, test, manifest: entry.manifest };
}

describe('CIFAR binary batches', () => {
  test('are read from a folder: labels, planes and order', async () => {
    const folder = writeTree(path.join(root, 'ten'), cifar10Files());
    const { train, test, manifest } = await open(folder);
    expect(manifest.classes).toEqual(CIFAR10_CLASSES);
    expect(manifest.source.dataset).toBe('cifar10');
    expect([...train.labels]).toEqual([0, 9, 1, 8, 2, 7, 3, 6, 4, 5]);
    expect([...test.labels]).toEqual([5, 4]);
    // Picture 3 is the second of data_batch_2.bin: seed 3.
    const at = (channel: number, row: number, column: number) =>
      train.images.select(0, 3).select(0, channel).select(0, row).select(0, column).item();
    expect([at(0, 0, 0), at(1, 0, 0), at(2, 0, 0)]).toEqual([3, 103, 203]);
    expect([at(0, 2, 5), at(1, 31, 31)]).toEqual([(3 + 69) % 256, (103 + 1023) % 256]);
    expect(train.nameOf(3)).toBe('cifar-10-batches-bin/data_batch_2.bin[1]');
    expect(train.images.isContiguous('channelsLast')).toBe(true);
  });

  test('are read from the archive they come in', async () => {
    const archive = await writeTar(path.join(root, 'cifar-10-binary.tar.gz'), cifar10Files());
    expect([...(await open(archive)).train.labels]).toEqual([0, 9, 1, 8, 2, 7, 3, 6, 4, 5]);
  });

  test('of CIFAR-100 carry the fine or the coarse label', async () => {
    const folder = writeTree(path.join(root, 'hundred'), {
      'train.bin': Buffer.concat([record([4, 30], 0), record([19, 99], 1)]),
      'test.bin': Buffer.concat([record([0, 1], 2), record([2, 3], 3)]),
    });
    const fine = await open(folder);
    expect([fine.manifest.classes, [...fine.train.labels]]).toEqual([CIFAR100_FINE, [30, 99]]);
    const coarse = await open(folder, 'coarse');
    expect([coarse.manifest.classes, [...coarse.train.labels]]).toEqual([CIFAR100_COARSE, [4, 19]]);
    expect(fine.train.images.select(0, 0).select(0, 1).select(0, 0).select(0, 0).item()).toBe(100);
  });

  test('have known class lists', () => {
    expect([CIFAR10_CLASSES.length, CIFAR100_FINE.length, CIFAR100_COARSE.length]).toEqual([
      10, 100, 20,
    ]);
    for (const names of [CIFAR10_CLASSES, CIFAR100_FINE]) expect([...names].sort()).toEqual(names);
  });
});

const sized = (name: string, size: number): SourceFile => ({ path: name, size, mtimeMs: 0 });

/** What a listing of these files is taken for; their content is not read for that. */
function layoutOf(files: readonly SourceFile[], format: CifarFormat): Layout {
  const source = { path: 'listed', kind: 'folder' } as FileSource;
  return recogniseLayout(source, { files, folders: [] }, [format]);
}

// As published at https://www.cs.toronto.edu/~kriz/cifar.html.
describe('the official formats', () => {
  const host = 'https://www.cs.toronto.edu/~kriz';

  test('name the archives and checksums that their authors publish', () => {
    expect(CIFAR10).toMatchObject({
      url: `${host}/cifar-10-binary.tar.gz`,
      md5: 'c32a1d4ab5d03f1284b67883e8d87530',
    });
    expect(CIFAR100).toMatchObject({
      url: `${host}/cifar-100-binary.tar.gz`,
      md5: '03b5dce01913d631647c71ecec9e9cb8',
    });
  });

  test('have the published files, with as many records', () => {
    expect(CIFAR10).toMatchObject({
      trainFiles: [1, 2, 3, 4, 5].map((n) => `data_batch_${n}.bin`),
      testFile: 'test_batch.bin',
      recordsPerTrainFile: 10_000,
      recordsPerTestFile: 10_000,
      labels: { fine: { offset: 0 } },
    });
    expect(CIFAR100).toMatchObject({
      trainFiles: ['train.bin'],
      testFile: 'test.bin',
      recordsPerTrainFile: 50_000,
      recordsPerTestFile: 10_000,
      labels: { coarse: { offset: 0 }, fine: { offset: 1 } },
    });
  });

  test.each([
    ['CIFAR-10', CIFAR10, 30_730_000, 30_730_000], // 10,000 records of 1 + 3072 bytes
    ['CIFAR-100', CIFAR100, 153_700_000, 30_740_000], // 50,000 and 10,000 of 2 + 3072 bytes
  ])('take files of %s of the published size alone', (_, format, trainBytes, testBytes) => {
    const sizes = (change: number): SourceFile[] => [
      ...format.trainFiles.map((name) => sized(name, trainBytes)),
      sized(format.testFile, testBytes + change),
    ];
    expect(layoutOf(sizes(0), format)).toEqual({ kind: 'cifar', format, folder: '' });
    expect(() => layoutOf(sizes(1), format)).toThrow(
      `expected ${format.testFile} to be ${testBytes} bytes, got ${testBytes + 1}`,
    );
  });
});

describe('wrong CIFAR batches are refused with one sentence', () => {
  let folders = 0;
  const folderWith = (changes: Record<string, Buffer | undefined>) => {
    const folder = writeTree(path.join(root, `wrong-${folders++}`), cifar10Files());
    for (const [name, content] of Object.entries(changes)) {
      const file = path.join(folder, 'cifar-10-batches-bin', name);
      if (content === undefined) fs.rmSync(file);
      else fs.writeFileSync(file, content);
    }
    return folder;
  };

  test('when one is missing', async () => {
    const folder = folderWith({ 'data_batch_3.bin': undefined });
    expect(await messageOf(open(folder))).toBe(
      `${folder}: expected CIFAR-10's binary batches data_batch_1.bin, data_batch_2.bin, ` +
        'data_batch_3.bin, data_batch_4.bin, data_batch_5.bin, test_batch.bin, ' +
        'got no cifar-10-batches-bin/data_batch_3.bin. Unpack the archive again.',
    );
  });

  test('when one is cut short', async () => {
    const folder = folderWith({ 'data_batch_3.bin': Buffer.alloc(100) });
    expect(await messageOf(open(folder))).toBe(
      `${folder}: expected data_batch_3.bin to be 6146 bytes, got 100. ` +
        'The file was cut short; fetch it again.',
    );
  });

  test('when a label is none', async () => {
    const folder = folderWith({
      'data_batch_3.bin': Buffer.concat([record([1], 0), record([10], 0)]),
    });
    expect(await messageOf(open(folder))).toBe(
      `${folder}: expected labels of cifar-10-batches-bin/data_batch_3.bin to be below 10, ` +
        'got 10 in record 1. The file is not CIFAR-10; fetch it again.',
    );
  });

  test('when CIFAR-10 is asked for coarse labels or another size', async () => {
    const folder = folderWith({});
    expect(await messageOf(open(folder, 'coarse'))).toBe(
      'CIFAR-10: expected labels to be fine, got "coarse".',
    );
    expect(await messageOf(open(folder, 'fine', 64))).toBe(
      'CIFAR-10: expected size to be 32, the size of its pictures, got "64x64".',
    );
  });

  test.each([
    [['cifar-10-batches-py/data_batch_1', 'cifar-10-batches-py/batches.meta'], 'cifar-10'],
    [['cifar-100-python/train', 'cifar-100-python/test', 'cifar-100-python/meta'], 'cifar-100'],
  ])('when they are pickled: %j', async (names, archive) => {
    const files = Object.fromEntries(names.map((name) => [name, Buffer.from('\x80\x02}')]));
    const folder = writeTree(path.join(root, archive), files);
    const expected =
      "expected CIFAR's binary batches, got the pickled ones made for Python, which can run code " +
      `when read. Pass the binary archive ${archive}-binary.tar.gz ` +
      'from https://www.cs.toronto.edu/~kriz/cifar.html.';
    const message = await messageOf(openPictures({ path: folder, cacheFolder }));
    expect(message).toBe(`${folder}: ${expected}`);
    const packed = await writeTar(path.join(root, `${archive}-python.tar.gz`), files);
    expect(await messageOf(openPictures({ path: packed, cacheFolder }))).toBe(
      `${packed}: ${expected}`,
    );
  });
});
