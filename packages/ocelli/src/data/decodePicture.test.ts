import sharp, { type Sharp } from 'sharp';
import { describe, expect, test } from 'vitest';
import { BadPictureError, decodePicture } from './decodePicture.ts';
import { Xoshiro128 } from './randomOrder.ts';

/** 3 wide, 2 high, all six pixels different. */
const PIXELS = [
  [
    [250, 10, 20],
    [30, 240, 40],
    [50, 60, 230],
  ],
  [
    [70, 80, 90],
    [200, 100, 110],
    [120, 210, 130],
  ],
];

function png(rows: number[][][]): Sharp {
  const raw = { width: rows[0]?.length ?? 0, height: rows.length, channels: 3 as const };
  return sharp(Buffer.from(rows.flat(2)), { raw }).png();
}

/** For each EXIF orientation, which stored pixel is shown at (row, column) of a 2x3 picture. */
const SHOWN: Record<number, (r: number, c: number) => [number, number]> = {
  1: (r, c) => [r, c],
  2: (r, c) => [r, 2 - c],
  3: (r, c) => [1 - r, 2 - c],
  4: (r, c) => [1 - r, c],
  5: (r, c) => [c, r],
  6: (r, c) => [2 - c, r],
  7: (r, c) => [2 - c, 1 - r],
  8: (r, c) => [c, 1 - r],
};

describe('decodePicture', () => {
  test('gives RGB bytes row by row', async () => {
    const decoded = await decodePicture(await png(PIXELS).toBuffer(), 'a.png');
    expect([decoded.height, decoded.width]).toEqual([2, 3]);
    expect([...decoded.pixels]).toEqual(PIXELS.flat(2));
  });

  test.each([1, 2, 3, 4, 5, 6, 7, 8])('applies EXIF orientation %i', async (orientation) => {
    const [height, width] = orientation < 5 ? [2, 3] : [3, 2];
    const stored = Array.from({ length: height }, () => new Array<number[]>(width).fill([]));
    for (let r = 0; r < 2; r++) {
      for (let c = 0; c < 3; c++) {
        const [sr, sc] = SHOWN[orientation]?.(r, c) ?? [0, 0];
        (stored[sr] ?? [])[sc] = PIXELS[r]?.[c] ?? [];
      }
    }
    const bytes = await png(stored).withMetadata({ orientation }).toBuffer();
    const decoded = await decodePicture(bytes, 'turned.png');
    expect([decoded.height, decoded.width]).toEqual([2, 3]);
    expect([...decoded.pixels]).toEqual(PIXELS.flat(2));
  });

  test('turns grey, 16-bit, transparent, CMYK and palette pictures into 8-bit RGB', async () => {
    const grey = await png([[[100, 100, 100]]])
      .toColourspace('b-w')
      .toBuffer();
    expect([...(await decodePicture(grey, 'grey.png')).pixels]).toEqual([100, 100, 100]);

    const deep = await png([[[255, 0, 128]]])
      .toColourspace('rgb16')
      .toBuffer();
    expect([...(await decodePicture(deep, 'deep.png')).pixels]).toEqual([255, 0, 128]);

    const raw = { width: 1, height: 1, channels: 4 as const };
    const clear = await sharp(Buffer.from([9, 8, 7, 0]), { raw })
      .png()
      .toBuffer();
    expect([...(await decodePicture(clear, 'clear.png')).pixels]).toEqual([9, 8, 7]);

    const palette = await png([
      [
        [255, 0, 0],
        [0, 0, 255],
      ],
    ])
      .png({ palette: true })
      .toBuffer();
    expect([...(await decodePicture(palette, 'p.png')).pixels]).toEqual([255, 0, 0, 0, 0, 255]);

    const white = { create: { width: 8, height: 8, channels: 3 as const, background: 'white' } };
    const cmyk = await sharp(white).toColourspace('cmyk').jpeg().toBuffer();
    const { pixels } = await decodePicture(cmyk, 'cmyk.jpg');
    expect(pixels).toHaveLength(8 * 8 * 3);
    expect(Math.min(...pixels)).toBeGreaterThan(250);
  });

  test('takes the first frame of an animation', async () => {
    const frames = Buffer.from([255, 0, 0, 0, 255, 0]);
    const raw = { width: 1, height: 2, channels: 3 as const, pageHeight: 1 };
    const gif = await sharp(frames, { raw })
      .gif({ delay: [50, 50] })
      .toBuffer();
    const decoded = await decodePicture(gif, 'a.gif');
    expect([decoded.height, ...decoded.pixels]).toEqual([1, 255, 0, 0]);
  });

  test('does not resample a picture that has the stored size', async () => {
    const bytes = await png(PIXELS).toBuffer();
    const decoded = await decodePicture(bytes, 'a.png', { size: { height: 2, width: 3 } });
    expect([...decoded.pixels]).toEqual(PIXELS.flat(2));
  });

  test('keeps the colour below transparency where it resizes, too', async () => {
    const clear = Buffer.from(Array.from({ length: 4 * 32 }, (_, i) => (i % 4 === 3 ? 0 : 255)));
    const drawn = sharp(clear, { raw: { width: 8, height: 4, channels: 4 } });
    const white = new Array<number>(3 * 8).fill(255);
    const clearPng = await drawn.clone().png().toBuffer();
    const decoded = await decodePicture(clearPng, 'clear.png', { size: { height: 2, width: 4 } });
    expect([...decoded.pixels]).toEqual(white);
    // Turned, it is as high as it was wide: upright for `contain`, which adds no bar then.
    const turned = await drawn.clone().png().withMetadata({ orientation: 6 }).toBuffer();
    const size = { height: 4, width: 2 };
    const upright = await decodePicture(turned, 'turned.png', { size, fit: 'contain' });
    expect([upright.height, upright.width, ...upright.pixels]).toEqual([4, 2, ...white]);
  });

  test('fits another shape by cutting, by black bars or by stretching', async () => {
    // Left half red, right half blue, twice as wide as high.
    const row = Array.from({ length: 16 }, (_, x) => (x < 8 ? [255, 0, 0] : [0, 0, 255]));
    const bytes = await png(Array.from({ length: 8 }, () => row)).toBuffer();
    const size = { height: 8, width: 8 };
    const at = async (fit: 'cover' | 'contain' | 'fill', r: number, c: number) => {
      const { pixels } = await decodePicture(bytes, 'wide.png', { size, fit });
      return [...pixels.subarray((r * 8 + c) * 3, (r * 8 + c) * 3 + 3)];
    };
    expect(await at('cover', 0, 0)).toEqual([255, 0, 0]);
    expect(await at('contain', 0, 0)).toEqual([0, 0, 0]);
    expect(await at('fill', 0, 0)).toEqual([255, 0, 0]);
    // The cut keeps the edge between the colours sharp; stretching blurs it.
    expect(await at('cover', 4, 3)).toEqual([255, 0, 0]);
    expect(await at('fill', 4, 3)).not.toEqual([255, 0, 0]);
  });
});

describe('a bad picture is refused with its name and a remedy', () => {
  const refusal = async (bytes: Buffer, maxPixels = 100) =>
    decodePicture(bytes, 'cats/17.jpg', { maxPixels }).then(
      () => 'decoded',
      (error: unknown) => {
        expect(error).toBeInstanceOf(BadPictureError);
        return (error as Error).message;
      },
    );

  test('when it is empty', async () => {
    expect(await refusal(Buffer.alloc(0))).toBe(
      'cats/17.jpg: expected a picture, got an empty file (0 bytes). Copy it again or delete it.',
    );
  });

  test.each([
    ['hello world', 'a file that starts with "hello wo"'],
    ['<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>', 'an SVG drawing'],
    ['%PDF-1.7', 'a PDF document'],
    ['II*\0', 'a TIFF picture'],
    ['\0\0\0\x18ftypheic', 'a HEIC or AVIF picture'],
    ['BM12345', 'a BMP picture'],
  ])('when it is %j', async (content, name) => {
    expect(await refusal(Buffer.from(content, 'latin1'))).toBe(
      `cats/17.jpg: expected a JPEG, PNG, WebP or GIF picture, got ${name}. Convert or delete it.`,
    );
  });

  test('when a JPEG ends early', async () => {
    const noise = { type: 'gaussian' as const, mean: 128, sigma: 60 };
    const create = { width: 10, height: 10, channels: 3 as const, background: 'red', noise };
    const whole = await sharp({ create }).jpeg().toBuffer();
    const message = await refusal(whole.subarray(0, whole.length - 60));
    expect(message).toBe(
      'cats/17.jpg: expected a whole picture, got one that is damaged or ends early ' +
        '(VipsJpeg: premature end of JPEG image). Copy or export it again, or delete it.',
    );
  });

  test('when a PNG has a flipped bit', async () => {
    const bytes = await png(PIXELS).toBuffer();
    const inPixels = bytes.indexOf('IDAT') + 8;
    bytes[inPixels] = (bytes[inPixels] ?? 0) ^ 0x10;
    expect(await refusal(bytes)).toMatch(
      /^cats\/17\.jpg: expected a whole picture, got one that is damaged or ends early \(.+\)\. Copy/,
    );
  });

  test('when it has too many pixels, before they are decoded', async () => {
    const create = { width: 5000, height: 4000, channels: 3 as const, background: 'white' };
    const bomb = await sharp({ create }).png().toBuffer();
    const start = performance.now();
    expect(await refusal(bomb, 1_000_000)).toBe(
      'cats/17.jpg: expected at most 1000000 pixels, got 5000x4000. ' +
        'Shrink it, or allow more with maxPixels (--max-pixels).',
    );
    expect(performance.now() - start).toBeLessThan(500);
    expect(await refusal(bomb, 20_000_000)).toBe('decoded');
  });
});

test('damaged files end as a picture or as a named bad picture, never otherwise', async () => {
  const base = png(PIXELS).resize(16, 16);
  const formats = [
    base.clone().png(),
    base.clone().jpeg(),
    base.clone().webp(),
    base.clone().gif(),
  ];
  const random = new Xoshiro128([1, 2, 3, 4]);
  for (const format of formats) {
    const whole = await format.toBuffer();
    for (let trial = 0; trial < 100; trial++) {
      const bytes = Buffer.from(whole.subarray(0, whole.length - random.below(whole.length / 4)));
      for (let flips = 0; flips < 4; flips++) bytes[random.below(bytes.length)] = random.below(256);
      const result = await decodePicture(bytes, 'x.img', { maxPixels: 10_000 }).catch(
        (e: unknown) => e,
      );
      if (result instanceof BadPictureError) expect(result.message).toMatch(/^x\.img: expected/);
      else expect(result).toMatchObject({ pixels: expect.any(Buffer) as Buffer });
    }
  }
});
