import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { messageOf, temporaryFolder, writeTar, writeTree } from '../../test/dataTree.ts';
import { digitFiles, evenCounts, mnistCounts } from '../../test/digitFiles.ts';
import { MNIST } from './mnistFormat.ts';
import { openPictures } from './openPictures.ts';
import { publishedSets } from './publishedSets.ts';

const folder = temporaryFolder();
const cacheFolder = join(folder, 'cache');

/** As the format is published: 0, 0, 8 (unsigned bytes), dimensions, each as four bytes, the values. */
function idx(shape: readonly number[], values: readonly number[]): Buffer {
  const lengths = shape.flatMap((length) => [0, 0, length >> 8, length & 255]);
  return Buffer.from([0, 0, 8, shape.length, ...lengths, ...values]);
}

const files = {
  'train-images-idx3-ubyte': idx([3, 2, 2], [0, 1, 2, 3, 10, 11, 12, 13, 200, 201, 202, 255]),
  'train-labels-idx1-ubyte': idx([3], [7, 0, 9]),
  't10k-images-idx3-ubyte': idx([1, 2, 2], [5, 6, 7, 8]),
  't10k-labels-idx1-ubyte': idx([1], [2]),
};
const gzipped = Object.fromEntries(
  Object.entries(files).map(([name, bytes]) => [`${name}.gz`, gzipSync(bytes)]),
);

test.each([
  ['files as they are', files],
  ['gzipped files', gzipped],
])('MNIST is read from %s, its grey in all three channels', async (name, tree) => {
  const path = writeTree(join(folder, name), tree);
  const { train, test: held, classes } = await openPictures({ path, cacheFolder });
  expect([train.length, held?.length, classes]).toEqual([3, 1, [...'0123456789']]);
  expect([...train.labels, ...(held?.labels ?? [])]).toEqual([7, 0, 9, 2]);
  const { images } = train.at(Int32Array.of(2));
  expect(images.shape).toEqual([1, 3, 2, 2]);
  expect(Array.from(images.contiguous().toTypedArray(), Number)).toEqual([
    ...[200, 201, 202, 255],
    ...[200, 201, 202, 255],
    ...[200, 201, 202, 255],
  ]);
});

test('MNIST is known by how often each digit is there, for others have files of its names', async () => {
  const path = writeTree(join(folder, 'digits'), digitFiles(mnistCounts));
  const { train, test: held, dataset, constants } = await openPictures({ path, cacheFolder });
  expect([train.length, held?.length, dataset]).toEqual([60_000, 10_000, 'mnist']);
  expect(constants?.mean[0]).toBeCloseTo(255 * 0.1307, 6);
  expect(constants?.std[2]).toBeCloseTo(255 * 0.3081, 6);
  const clothes = writeTree(join(folder, 'clothes'), digitFiles(evenCounts));
  const others = await openPictures({ path: clothes, cacheFolder });
  expect(others.train.length).toBe(60_000);
  expect([others.dataset, others.constants]).toEqual([undefined, undefined]);
});

test('MNIST is read from an archive too', async () => {
  const path = await writeTar(join(folder, 'mnist.tar.gz'), gzipped);
  const { train } = await openPictures({ path, cacheFolder });
  expect([...train.labels]).toEqual([7, 0, 9]);
});

const wrong: [string, Record<string, Buffer>, string][] = [
  [
    'a missing file',
    { 't10k-labels-idx1-ubyte': Buffer.alloc(0) },
    'got no train-images-idx3-ubyte',
  ],
  [
    'a file cut short',
    { ...files, 'train-images-idx3-ubyte': files['train-images-idx3-ubyte'].subarray(0, 20) },
    'expected 3 x 2 x 2 values and thus 28 bytes, got 20',
  ],
  [
    'other content',
    { ...files, 'train-labels-idx1-ubyte': Buffer.from('<html>') },
    'expected an IDX file of bytes with 1 dimensions (0x00000801), got 0x3c68746d',
  ],
  [
    'too few labels',
    { ...files, 'train-labels-idx1-ubyte': idx([2], [7, 0]) },
    'expected a label for each of the 3 pictures of train-images-idx3-ubyte, got 2',
  ],
  [
    'a label that is none',
    { ...files, 't10k-labels-idx1-ubyte': idx([1], [10]) },
    'expected labels of t10k-labels-idx1-ubyte to be below 10, got 10 for picture 0',
  ],
];
test.each(wrong)('%s is refused in one sentence', async (name, tree, sentence) => {
  const path = writeTree(join(folder, name), tree);
  expect(await messageOf(openPictures({ path, cacheFolder }))).toContain(sentence);
});

test('the published files are known by address, length and checksum', () => {
  const { files: published } = publishedSets.mnist;
  expect(published.map(({ url }) => url.slice(MNIST.url.length))).toEqual(
    Object.keys(gzipped).toSorted(
      (a, b) => Number(b.startsWith('train')) - Number(a.startsWith('train')),
    ),
  );
  expect(published.map(({ bytes }) => bytes)).toEqual([9_912_422, 28_881, 1_648_877, 4_542]);
});
