import { describe, expect, test } from 'vitest';
import { apply, copies, numbered, pictures, type Picture } from '../../test/imageBatches.ts';
import { horizontalFlip } from './horizontalFlip.ts';

describe('horizontalFlip', () => {
  const mirrored = numbered().map((plane) => plane.map((row) => [...row].reverse()));

  test('mirrors left and right, here by hand', () => {
    const picture: Picture = [
      [
        [1, 2, 3, 4],
        [5, 6, 7, 8],
      ],
    ];
    expect(pictures(apply(horizontalFlip({ probability: 1 }), copies(picture, 2)))).toEqual(
      new Array(2).fill([
        [
          [4, 3, 2, 1],
          [8, 7, 6, 5],
        ],
      ]),
    );
  });

  test.each([0.5, 0.2])('mirrors a share of %d and leaves the others untouched', (probability) => {
    const seen = pictures(apply(horizontalFlip({ probability }), copies(numbered(), 10_000)));
    const flipped = seen.filter((picture) => JSON.stringify(picture) === JSON.stringify(mirrored));
    const straight = seen.filter((p) => JSON.stringify(p) === JSON.stringify(numbered()));
    expect(flipped.length + straight.length).toBe(10_000);
    // Five deviations of a binomial.
    const bound = 5 * Math.sqrt(10_000 * probability * (1 - probability));
    expect(Math.abs(flipped.length - 10_000 * probability)).toBeLessThan(bound);
  });
});
