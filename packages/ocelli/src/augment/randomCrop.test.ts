import { describe, expect, test } from 'vitest';
import { apply, copies, numbered, pictures, type Picture } from '../../test/imageBatches.ts';
import { pad } from './pad.ts';
import { randomCrop } from './randomCrop.ts';
import type { Transform } from './transform.ts';

describe('pad', () => {
  test('mirrors the picture without repeating its edge', () => {
    const picture = [
      [
        [1, 2, 3],
        [4, 5, 6],
        [7, 8, 9],
      ],
    ];
    expect(pictures(apply(pad({ pixels: 2 }), copies(picture, 1)))[0]?.[0]).toEqual([
      [9, 8, 7, 8, 9, 8, 7],
      [6, 5, 4, 5, 6, 5, 4],
      [3, 2, 1, 2, 3, 2, 1],
      [6, 5, 4, 5, 6, 5, 4],
      [9, 8, 7, 8, 9, 8, 7],
      [6, 5, 4, 5, 6, 5, 4],
      [3, 2, 1, 2, 3, 2, 1],
    ]);
  });

  test('or surrounds it with one value', () => {
    const picture: Picture = [[[1, 2]], [[3, 4]]];
    const padded = apply(pad({ pixels: 1, mode: 'constant', fill: 7 }), copies(picture, 1));
    expect(pictures(padded)[0]).toEqual([
      [
        [7, 7, 7, 7],
        [7, 1, 2, 7],
        [7, 7, 7, 7],
      ],
      [
        [7, 7, 7, 7],
        [7, 3, 4, 7],
        [7, 7, 7, 7],
      ],
    ]);
  });

  test('cannot mirror a border as wide as the picture', () => {
    expect(() => apply(pad({ pixels: 4 }), copies(numbered(), 1))).toThrow(
      'pad: expected a reflected border to be narrower than the image (4), got 4.',
    );
  });
});

describe('randomCrop', () => {
  /** Every window of a padded picture, as the keys by which results are recognised. */
  function windowsOf(transform: Transform, size: number): Map<string, [number, number]> {
    const padded = pictures(apply(transform, copies(numbered(), 1)))[0] ?? [];
    const places = (padded[0]?.length ?? 0) - size + 1;
    const windows = new Map<string, [number, number]>();
    for (let y = 0; y < places; y++) {
      for (let x = 0; x < places; x++) {
        const window = padded.map((p) => p.slice(y, y + size).map((row) => row.slice(x, x + size)));
        windows.set(JSON.stringify(window), [y, x]);
      }
    }
    return windows;
  }

  test.each(['reflect', 'constant'] as const)(
    'cuts windows of the %s-padded picture, each as often',
    (mode) => {
      const windows = windowsOf(pad({ pixels: 1, mode, fill: -5 }), 4);
      const crop = randomCrop({ size: 4, padding: 1, mode, fill: -5 });
      const counts = new Map<string, number>();
      for (const picture of pictures(apply(crop, copies(numbered(), 10_000)))) {
        const place = windows.get(JSON.stringify(picture));
        expect(place).toBeDefined();
        counts.set(String(place), (counts.get(String(place)) ?? 0) + 1);
      }
      // Binomial(10000, 1/9): mean 1111, deviation 31.4; five deviations.
      expect(counts.size).toBe(9);
      for (const count of counts.values()) expect(Math.abs(count - 1111)).toBeLessThan(158);
    },
  );

  test('cuts out of larger pictures without padding', () => {
    const crops = pictures(apply(randomCrop({ size: 2 }), copies(numbered(3, 5), 200)));
    const corners = new Set(crops.map((picture) => picture[0]?.[0]?.[0]));
    expect([...corners].sort((a, b) => (a ?? 0) - (b ?? 0))).toEqual([0, 1, 2, 3, 10, 11, 12, 13]);
    for (const picture of crops) {
      const corner = picture[0]?.[0]?.[0] ?? 0;
      expect(picture[2]).toEqual([
        [corner + 200, corner + 201],
        [corner + 210, corner + 211],
      ]);
    }
  });

  test('of the whole picture is refused, for it changes nothing', () => {
    expect(() => apply(randomCrop({ size: 4 }), copies(numbered(), 1))).toThrow(
      "randomCrop: expected size to be below the images' 4 pixels when padding is 0, " +
        'or the crop changes nothing, got 4. Add padding, for example 4.',
    );
  });

  test('has to fit', () => {
    expect(() => apply(randomCrop({ size: 7, padding: 1 }), copies(numbered(), 1))).toThrow(
      "randomCrop: expected size to be at most the padded image's 6 pixels, got 7.",
    );
  });

  test.each([
    [2, 3],
    [3, 2],
  ])('cuts windows %i high and %i wide, wherever they fit', (height, width) => {
    const crop = randomCrop({ size: [height, width] });
    const crops = pictures(apply(crop, copies(numbered(4, 5), 300)));
    const corners = new Set<number>();
    for (const [[[corner = -1] = []] = []] of crops) corners.add(corner);
    const rows = Array.from({ length: 4 - height + 1 }, (_, y) => y);
    const columns = Array.from({ length: 5 - width + 1 }, (_, x) => x);
    const expected = rows.flatMap((y) => columns.map((x) => 10 * y + x));
    expect([...corners].sort((a, b) => a - b)).toEqual(expected);
    for (const [first = []] of crops) {
      expect([first.length, first[0]?.length]).toEqual([height, width]);
    }
  });

  test('of another shape has to fit in both directions', () => {
    const crop = (size: [number, number]) => () =>
      apply(randomCrop({ size }), copies(numbered(4, 5), 1));
    expect(crop([5, 4])).toThrow("at most the padded image's 4x5 pixels, got 5x4.");
    expect(crop([4, 6])).toThrow("at most the padded image's 4x5 pixels, got 4x6.");
    expect(crop([4, 5])).toThrow("below the images' 4x5 pixels when padding is 0");
    expect(crop([4, 4])).not.toThrow();
    expect(() => randomCrop({ size: [4, 0] })).toThrow(
      'randomCrop: expected size to be a positive integer, or [height, width] of two, got',
    );
  });
});
