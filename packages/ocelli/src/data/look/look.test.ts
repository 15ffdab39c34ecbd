import { join } from 'node:path';
import sharp from 'sharp';
import { expect, test } from 'vitest';
import { plainPng, temporaryFolder, writeTree } from '../../../test/dataTree.ts';
import { standOut } from './standOut.ts';
import { lookAtPictures } from './lookAtPictures.ts';
import { measurePicture } from './pictureMeasures.ts';
import { openForLook } from './openForLook.ts';

const folder = temporaryFolder();

test('brightness is the mean luma, sharpness the variance of the Laplacian', async () => {
  // Luma of (10, 200, 30): 0.299 · 10 + 0.587 · 200 + 0.114 · 30 = 123.81; nothing has an edge.
  const plain = Buffer.from(Array.from({ length: 25 }, () => [10, 200, 30]).flat());
  expect(await measurePicture({ pixels: plain, width: 5, height: 5 })).toMatchObject({
    width: 5,
    height: 5,
    brightness: expect.closeTo(123.81, 3),
    sharpness: expect.closeTo(0, 6),
  });
  // One white pixel in the middle of 5 x 5: nine inner values, −1020, four times 255 and four times 0;
  // their mean is 0, so the variance is (1020² + 4 · 255²) / 9 = 144500.
  const dot = Buffer.alloc(75);
  dot.fill(255, 36, 39);
  const { sharpness } = await measurePicture({ pixels: dot, width: 5, height: 5 });
  expect(sharpness).toBeCloseTo(144_500, 0);
});

test('a value stands out beyond 3.5 robust deviations from the median', () => {
  // Median 10 and median distance 1, a deviation of 1.4826: 16 is 4.05 away, 15 is 3.37.
  expect(standOut(Float64Array.of(8, 9, 9, 10, 10, 11, 11, 15, 16, NaN))).toEqual([
    { row: 8, value: 16, score: expect.closeTo(6 / 1.4826, 6) },
  ]);
  expect(standOut(Float64Array.of(5, 5, 5))).toEqual([]);
});

test('copies, pictures that look alike, damaged and missing files are told apart', async () => {
  const noise = (seed: number) =>
    sharp(Buffer.from(Array.from({ length: 64 * 64 * 3 }, (_, i) => (i * i * seed) % 251)), {
      raw: { width: 64, height: 64, channels: 3 },
    });
  const drawn = sharp({ create: { width: 64, height: 64, channels: 3, background: '#404040' } })
    .composite([
      {
        input: await plainPng({ r: 250, g: 20, b: 20 }, { width: 20, height: 40 }),
        left: 4,
        top: 8,
      },
    ])
    .png();
  const original = await drawn.toBuffer();
  writeTree(folder, {
    'look.csv': [
      'image,kind',
      ...['a.png', 'b.png', 'c.jpg', 'other.png', 'bad.png', 'gone.png'].map(
        (name, i) => `${name},${i % 2 === 0 ? 'even' : 'odd'}`,
      ),
    ].join('\n'),
    'a.png': original,
    'b.png': original,
    'c.jpg': await sharp(original).resize(48, 48).jpeg({ quality: 80 }).toBuffer(),
    'other.png': await noise(7).png().toBuffer(),
    'bad.png': original.subarray(0, 60),
  });
  const { supply, table } = await openForLook(join(folder, 'look.csv'), {});
  const looks = await lookAtPictures(supply, table.length);
  expect(looks).toMatchObject({
    found: 5,
    missing: [5],
    unreadable: [{ row: 4, reason: expect.stringMatching(/^bad\.png: expected a whole picture/) }],
    copies: [[0, 1]],
    nearCopies: [[0, 2]],
    sizes: [
      { width: 64, height: 64, count: 3 },
      { width: 48, height: 48, count: 1 },
    ],
  });
});

test('dark and blurred pictures stand out among others', async () => {
  const checks = (level: number) => {
    const pixels = Buffer.from(
      Array.from({ length: 32 * 32 * 3 }, (_, i) =>
        Math.floor(i / 3) % 2 === 0 ? level : level + 60,
      ),
    );
    return sharp(pixels, { raw: { width: 32, height: 32, channels: 3 } }).png();
  };
  const levels = Array.from({ length: 12 }, (_, i) => 100 + 2 * i);
  const files: Record<string, Buffer> = {};
  for (const [i, level] of levels.entries()) files[`${i}.png`] = await checks(level).toBuffer();
  files['dark.png'] = await checks(0).toBuffer();
  files['blurred.png'] = await plainPng({ r: 140, g: 140, b: 140 }, { width: 32, height: 32 });
  const names = Object.keys(files);
  const rows = names.map((name, i) => `${name},${i % 2 === 0 ? 'even' : 'odd'}`);
  writeTree(join(folder, 'set'), { ...files, 'labels.csv': `image,kind\n${rows.join('\n')}\n` });
  const { supply, table } = await openForLook(join(folder, 'set/labels.csv'), {});
  const { dark, bright, blurred } = await lookAtPictures(supply, table.length);
  const named = (found: readonly { row: number }[]) => found.map(({ row }) => names[row]);
  expect([dark, bright, blurred].map(named)).toEqual([['dark.png'], [], ['blurred.png']]);
});
