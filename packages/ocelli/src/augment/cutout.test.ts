import { describe, expect, test } from 'vitest';
import { apply, copies, numbered, pictures } from '../../test/imageBatches.ts';
import { cutout } from './cutout.ts';
import { pad } from './pad.ts';
import type { Transform } from './transform.ts';

describe('cutout', () => {
  /** Which pixels were erased, as 0 and 1. */
  const holesOf = (transform: Transform, count: number, seed = 0) =>
    pictures(apply(transform, copies([new Array(6).fill(new Array(6).fill(5))], count), seed)).map(
      (picture) => (picture[0] ?? []).map((row) => row.map((value) => (value === 5 ? 0 : 1))),
    );
  const area = (hole: number[][]) => hole.flat().reduce((sum, erased) => sum + erased, 0 as number);

  test('erases a square with its centre anywhere, cut off at the edge', () => {
    const holes = holesOf(cutout({ size: 2 }), 10_000);
    const places = new Map<string, number>();
    for (const hole of holes) places.set(hole.join(), (places.get(hole.join()) ?? 0) + 1);
    expect(places.size).toBe(36);
    // Centres in row or column 0 lose half the square: 25 whole, 10 halves, 1 quarter.
    const areas = [...places.keys()].map((key) => key.split(',').filter((v) => v === '1').length);
    expect([4, 2, 1].map((size) => areas.filter((a) => a === size).length)).toEqual([25, 10, 1]);
    // Binomial(10000, 1/36): mean 277.8, deviation 16.4; five deviations.
    for (const count of places.values()) expect(Math.abs(count - 277.8)).toBeLessThan(83);
  });

  test('erases squares of odd size around their centre', () => {
    const holes = new Set(holesOf(cutout({ size: 3 }), 500).map(area));
    expect([...holes].sort((a, b) => a - b)).toEqual([4, 6, 9]);
  });

  test('erases all channels alike and leaves the rest untouched', () => {
    const [picture] = pictures(apply(cutout({ size: 2, fill: -1 }), copies(numbered(), 1), 4));
    numbered().forEach((plane, c) =>
      plane.forEach((row, y) =>
        row.forEach((value, x) => {
          const erased = picture?.[0]?.[y]?.[x] === -1;
          expect(picture?.[c]?.[y]?.[x]).toBe(erased ? -1 : value);
        }),
      ),
    );
  });

  test('fills with one value a channel', () => {
    const [picture] = pictures(apply(cutout({ size: 8, fill: [1, 2, 3] }), copies(numbered(), 1)));
    const used = picture?.map((plane) => [...new Set(plane.flat())]);
    expect(used).toEqual([[1], [2], [3]]);
    expect(() => apply(cutout({ size: 2, fill: [1, 2] }), copies(numbered(), 1))).toThrow(
      'cutout: expected fill to be one value or one for each of 3 channels, got [1,2].',
    );
  });

  test('makes as many holes as asked', () => {
    const mean = (holes: number) => {
      const areas = holesOf(cutout({ size: 2, holes }), 2000).map(area);
      return areas.reduce((sum, a) => sum + a, 0) / areas.length;
    };
    // One hole erases (25·4 + 10·2 + 1)/36 pixels on average; two overlap rarely.
    expect(mean(1)).toBeCloseTo(121 / 36, 0);
    expect(mean(2)).toBeGreaterThan(1.8 * mean(1));
    expect(mean(2)).toBeLessThan(2 * mean(1));
  });

  test('spares the images that lose the toss', () => {
    const spared = holesOf(cutout({ size: 2, probability: 0.25 }), 10_000).filter(
      (h) => area(h) === 0,
    );
    expect(Math.abs(spared.length - 7500)).toBeLessThan(5 * Math.sqrt(10_000 * 0.25 * 0.75));
  });
});

test('a fill that bytes cannot hold is refused, others are rounded', () => {
  const bytes = copies([[[9]]], 1).to({ dtype: 'uint8' });
  const message = 'expected fill to be from 0 to 255 for uint8 images, got -1.';
  const erase = (fill: number | number[]) => apply(cutout({ size: 2, fill }), bytes);
  expect(() => erase(-1)).toThrow(`cutout: ${message}`);
  expect(() => erase([-1])).toThrow(`cutout: ${message}`);
  const border = pad({ pixels: 1, mode: 'constant', fill: -1 });
  expect(() => apply(border, bytes)).toThrow(`pad: ${message}`);
  expect(erase(113.87).item()).toBe(114);
});
