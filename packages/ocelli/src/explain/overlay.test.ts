import { expect, test } from 'vitest';
import { colourMaps, even, jet, type Rgb } from './colourMap.ts';
import { overlay } from './overlay.ts';

test('jet goes from dark blue over green to dark red', () => {
  expect([jet(0), jet(0.5), jet(1)]).toEqual([
    [0, 0, 128],
    [128, 255, 128],
    [128, 0, 0],
  ]);
});

/** Relative luminance, ITU-R BT.709. */
function luminance(colour: Rgb): number {
  const [r, g, b] = colour.map((byte) => (byte / 255) ** 2.2) as [number, number, number];
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

test('the even map grows lighter at every step, as jet does not', () => {
  const steps = Array.from({ length: 33 }, (_, index) => index / 32);
  const rises = (map: (value: number) => Rgb): boolean =>
    steps
      .slice(1)
      .every((value, index) => luminance(map(value)) > luminance(map(steps[index] ?? 0)));
  expect(rises(even)).toBe(true);
  expect(rises(jet)).toBe(false);
});

const picture = Uint8Array.of(100, 100, 100, 0, 0, 0);
const red = (value: number): Rgb => [200 * value, 0, 0];

test('blended, opacity is the share of the colour', () => {
  const options = { colours: red, opacity: 0.25, mode: 'blend' } as const;
  expect([...overlay(picture, [1, 0], options)]).toEqual([125, 75, 75, 0, 0, 0]);
});

test('added, colour times opacity joins the picture and the brightest channel becomes white', () => {
  const options = { colours: red, opacity: 0.5, mode: 'add' } as const;
  // 100 + 0.5 · 200 = 200 is the brightest: 255 / 200 on everything.
  expect([...overlay(picture, [1, 0.5], options)]).toEqual([255, 128, 128, 64, 0, 0]);
});

test('both maps are there by name', () => {
  expect(Object.keys(colourMaps)).toEqual(['even', 'jet']);
});
