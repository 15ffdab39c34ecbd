import { type Tensor, zeros } from '@ocelli/torch';
import { describe, expect, test } from 'vitest';
import { apply, copies } from '../../test/imageBatches.ts';
import { coarseDropout } from './coarseDropout.ts';
import { createTransform } from './createTransform.ts';
import { cutout } from './cutout.ts';
import { randomErase, type RandomEraseOptions } from './randomErase.ts';
import type { Transform } from './transform.ts';

const [count, side] = [2000, 40];
const white = () => zeros([count, 1, side, side], { dtype: 'uint8' }).add_(200);

/** Height, width and pixels of what each image lost. */
function boxes(transform: Transform, images = white()) {
  const gone = apply(transform, images).ne(200).squeeze(1);
  const heights = gone.to({ dtype: 'int32' }).amax([2]).sum([1]).toArray() as number[];
  const widths = gone.to({ dtype: 'int32' }).amax([1]).sum([1]).toArray() as number[];
  const pixels = gone.sum([1, 2]).toArray() as number[];
  return heights.map((height, index) => ({
    height,
    width: widths[index] ?? 0,
    pixels: pixels[index] ?? 0,
  }));
}

/** The parameters of the founding runs. */
const founding: [string, RandomEraseOptions][] = [
  ['eraser of 2 to 40 %', { area: [0.02, 0.4], aspect: [0.3, 1 / 0.3] }],
  ['cutout of 4 to 8 %, moved inside', { area: [0.04, 0.08], aspect: [0.3, 1 / 0.3], fit: 'move' }],
  [
    'eraser of 2 to 20 % in one colour',
    { area: [0.02, 0.2], aspect: [0.2, 1 / 0.3], fill: 'colour', values: [0, 150] },
  ],
  ['eraser of 1 to 20 %, upright never', { area: [0.01, 0.2], aspect: [0.1, 1] }],
  [
    'eraser with noise',
    { area: [0.02, 0.4], aspect: [0.3, 1 / 0.3], fill: 'noise', values: [0, 150] },
  ],
];

describe.each(founding)('%s', (_, options) => {
  const [least = 0, most = 1] = options.area ?? [];
  const [flat = 0, tall = 1] = options.aspect ?? [];

  test('takes one whole rectangle of the stated area and aspect from half of the images', () => {
    const seen = boxes(randomErase(options)).filter(({ pixels }) => pixels > 0);
    // Five deviations of a binomial of 2000.
    expect(Math.abs(seen.length - count / 2)).toBeLessThan(112);
    for (const { height, width, pixels } of seen) {
      expect(pixels).toBe(height * width);
      // Sides are rounded down to whole pixels, so a side may lack one.
      expect(pixels).toBeLessThanOrEqual(most * side * side);
      expect((height + 1) * (width + 1)).toBeGreaterThan(least * side * side);
      expect((height + 1) / width).toBeGreaterThan(flat);
      if (width < side && height < side) expect(height / (width + 1)).toBeLessThan(tall);
    }
  });
});

test('drawn anew, a rectangle never touches beyond the edge; moved, it lies at the edge more often', () => {
  const options = { probability: 1, area: [0.2, 0.2], aspect: [1, 1] } as const;
  const atEdge = (transform: Transform) => {
    const gone = apply(transform, white()).ne(200).squeeze(1);
    return gone
      .select(2, side - 1)
      .to({ dtype: 'int32' })
      .amax([1])
      .sum()
      .item();
  };
  const [redrawn, moved] = [
    atEdge(randomErase({ ...options })),
    atEdge(randomErase({ ...options, fit: 'move' })),
  ];
  // 17 pixels of 40: one of 24 places ends at the edge; moved, so do all 17 starts that reach beyond.
  expect(Math.abs(redrawn / count - 1 / 24)).toBeLessThan(0.03);
  expect(Math.abs(moved / count - 17 / 40)).toBeLessThan(0.06);
});

describe('fills', () => {
  const all = { size: 100, probability: 1 } as const;
  const made = (options: object, images: Tensor) => apply(cutout({ ...all, ...options }), images);

  test('with the mean colour of each image', () => {
    const images = copies(
      [
        [
          [10, 20],
          [30, 40],
        ],
        [
          [0, 0],
          [0, 100],
        ],
      ],
      1,
    );
    expect(made({ fill: 'mean' }, images).toArray()).toEqual([
      [
        [
          [25, 25],
          [25, 25],
        ],
        [
          [25, 25],
          [25, 25],
        ],
      ],
    ]);
  });

  test('with one random colour an image, or with noise, within the stated values', () => {
    const images = zeros([500, 3, 6, 6], { dtype: 'uint8' });
    const colour = made({ fill: 'colour', values: [50, 60] }, images).to({ dtype: 'float32' });
    expect(colour.std([2, 3]).max().item()).toBe(0);
    expect([colour.min().item(), colour.max().item()]).toEqual([50, 60]);
    const noise = made({ fill: 'noise', values: [50, 60] }, images).to({ dtype: 'float32' });
    expect([noise.min().item(), noise.max().item()]).toEqual([50, 60]);
    expect(noise.std([2, 3]).min().item()).toBeGreaterThan(1);
    // Eleven levels, each as often: mean 55, and five deviations of the mean of 54,000.
    expect(Math.abs(noise.mean().item() - 55)).toBeLessThan(0.07);
  });

  test('of floating images need their values said, in their own units', () => {
    const floats = zeros([4, 3, 6, 6]);
    expect(() => made({ fill: 'noise' }, floats)).toThrow(
      'cutout: expected values to be given for floating images when fill is noise, got undefined.',
    );
    const noise = made({ fill: 'noise', values: [-1, 1] }, floats);
    expect(noise.min().item()).toBeLessThan(-0.9);
  });

  test.each<[object, string]>([
    [
      { fill: 'meen' },
      'cutout: expected fill to be one of mean, colour, noise, got "meen". Did you mean "mean"?',
    ],
    [
      { fill: 3, values: [0, 1] },
      'cutout: expected values to be left out unless fill is colour or noise, got [0,1].',
    ],
    [
      { fill: 'noise', values: [2, 1] },
      'cutout: expected values to be two rising numbers, got [2,1].',
    ],
  ])('%j are refused', (options, message) => {
    expect(() => createTransform('cutout', { size: 4, ...options })).toThrow(message);
  });
});

test('cutout takes rectangles of the stated height and width', () => {
  const seen = boxes(cutout({ size: [3, 8] })).filter(
    ({ height, width }) => height === 3 && width === 8,
  );
  // All but those cut off at the edge: (38 / 40) · (33 / 40) of them.
  expect(Math.abs(seen.length / count - (38 * 33) / 1600)).toBeLessThan(0.05);
});

test('coarse dropout erases whole cells of its grid, the stated share of them', () => {
  const made = apply(coarseDropout({ share: 0.2, cells: 8 }), white()).ne(200);
  const cells = made.view([count, 8, 5, 8, 5]).to({ dtype: 'float32' }).mean([2, 4]);
  expect(cells.eq(0).logicalOr(cells.eq(1)).all().item()).toBe(1);
  // Of 128,000 cells, five deviations.
  expect(Math.abs(cells.mean().item() - 0.2)).toBeLessThan(0.006);
  expect(() => apply(coarseDropout({ cells: 8 }), zeros([1, 1, 4, 9]))).toThrow(
    "coarseDropout: expected cells to be at most the images' shorter side (4), got 8.",
  );
});
