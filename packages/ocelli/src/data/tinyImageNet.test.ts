import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { crc32, deflateRawSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { messageOf, plainPng, temporaryFolder, writeTree } from '../../test/dataTree.ts';
import { openPictures } from './openPictures.ts';

const folder = temporaryFolder();
const cacheFolder = join(folder, 'cache');
const grey = (value: number) => plainPng({ r: value, g: value, b: value });

/** Three classes, two of them with one name, as the archive has them: pictures one folder deeper. */
const tree: Record<string, Buffer | string> = {
  'wnids.txt': 'n02\nn01\nn03\n',
  'words.txt':
    'n01\tgoldfish, Carassius auratus\nn02\tcrane\nn03\tcrane, lifting machine\nn04\tcat\n',
  'train/n01/n01_boxes.txt': 'n01_0.png\t0\t0\t1\t1\n',
  'train/n01/images/n01_0.png': await grey(10),
  'train/n02/images/n02_0.png': await grey(20),
  'train/n02/images/n02_1.png': await grey(21),
  'train/n03/images/n03_0.png': await grey(30),
  'val/val_annotations.txt': 'val_0.png\tn03\t0\t0\t3\t3\nval_1.png\tn01\t0\t0\t3\t3\n',
  'val/images/val_0.png': await grey(130),
  'val/images/val_1.png': await grey(110),
  'test/images/test_0.png': await grey(200),
};

function expected(pictures: Awaited<ReturnType<typeof openPictures>>): void {
  const { train, validation, test: tested, classes, constants } = pictures;
  expect(classes).toEqual(['goldfish', 'crane n02', 'crane n03']);
  expect([...train.labels]).toEqual([0, 1, 1, 2]);
  expect([...(validation?.labels ?? [])]).toEqual([2, 0]);
  expect(tested).toBeUndefined();
  const shown = validation?.images.select(1, 0).select(1, 0).select(1, 0).toTypedArray();
  expect(Array.from(shown ?? [], Number)).toEqual([130, 110]);
  expect(constants?.mean[0]).toBeCloseTo(255 * 0.4802, 6);
}

test('Tiny-ImageNet is read from its folder: classes by number, validation by its annotations', async () => {
  const path = writeTree(join(folder, 'tiny'), tree);
  expected(await openPictures({ path, cacheFolder }));
});

test('Tiny-ImageNet is read from the zip archive it comes in', async () => {
  const path = join(folder, 'tiny.zip');
  writeFileSync(
    path,
    zipOf(
      Object.entries(tree).map(([name, content]) => [
        `tiny-imagenet-200/${name}`,
        Buffer.from(content),
      ]),
    ),
  );
  expected(await openPictures({ path, cacheFolder }));
  writeFileSync(path, readFileSync(path).subarray(0, 300));
  const message = await messageOf(openPictures({ path, cacheFolder }));
  expect(message).toContain('tiny.zip: expected a whole zip archive, got one that cannot be read');
});

test('a picture to validate on without a class is refused in one sentence', async () => {
  const annotations = 'val_0.png\tn09\t0\t0\t3\t3\n';
  const path = writeTree(join(folder, 'other'), {
    ...tree,
    'val/val_annotations.txt': annotations,
  });
  expect(await messageOf(openPictures({ path, cacheFolder }))).toContain(
    'got the class "n09" for val/images/val_0.png',
  );
});

/** A zip archive as its published description has it: local headers, central directory, end. */
function zipOf(files: readonly (readonly [string, Buffer])[]): Buffer {
  const parts: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const [name, content] of files) {
    const packed = deflateRawSync(content);
    const common = Buffer.alloc(26); // from "version needed" to "extra length"
    common.writeUInt16LE(20, 0);
    common.writeUInt16LE(8, 4); // deflated
    common.writeUInt16LE(0x21, 8); // 1980-01-01
    common.writeUInt32LE(crc32(content), 10);
    common.writeUInt32LE(packed.length, 14);
    common.writeUInt32LE(content.length, 18);
    common.writeUInt16LE(Buffer.byteLength(name), 22);
    const local = Buffer.concat([Buffer.from('PK\u0003\u0004'), common, Buffer.from(name), packed]);
    const place = Buffer.alloc(14); // comment, disk, attributes, offset
    place.writeUInt32LE(offset, 10);
    directory.push(
      Buffer.concat([
        Buffer.from('PK\u0001\u0002'),
        Buffer.from([20, 0]),
        common,
        place,
        Buffer.from(name),
      ]),
    );
    parts.push(local);
    offset += local.length;
  }
  const central = Buffer.concat(directory);
  const end = Buffer.alloc(22);
  end.write('PK\u0005\u0006', 'latin1');
  end.writeUInt16LE(files.length, 8);
  end.writeUInt16LE(files.length, 10);
  end.writeUInt32LE(central.length, 12);
  end.writeUInt32LE(offset, 16);
  return Buffer.concat([...parts, central, end]);
}
