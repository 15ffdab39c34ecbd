import { readFileSync } from 'node:fs';
import { Generator, tensor } from '@ocelli/torch';
import { describe, expect, test } from 'vitest';
import { apply, copies, numbered, pictures } from '../../test/imageBatches.ts';
import { compose } from './compose.ts';
import { cropZoom } from './cropZoom.ts';
import { horizontalFlip } from './horizontalFlip.ts';
import type { Interpolation, ResampledBorder } from './resample.ts';
import { rotate } from './rotate.ts';
import { shear } from './shear.ts';
import { shift } from './shift.ts';
import { verticalFlip } from './verticalFlip.ts';
import { zoom } from './zoom.ts';

interface Case {
  name: keyof typeof makers;
  amount: number;
  interpolation: Interpolation;
  border: ResampledBorder;
  result: number[];
}

const makers = {
  rotate: (n: number, rest: object) => rotate({ degrees: [n, n], ...rest }),
  shear: (n: number, rest: object) => shear({ degrees: [n, n], ...rest }),
  zoom: (n: number, rest: object) => zoom({ factor: [n, n], ...rest }),
  shift: (n: number, rest: object) => shift({ width: [n, n], ...rest }),
};

const path = new URL('../../test/fixtures/affine.json', import.meta.url);
const fixture = JSON.parse(readFileSync(path, 'utf8')) as {
  shape: number[];
  picture: number[];
  cases: Case[];
};

test.each(fixture.cases)(
  '$name by $amount is what grid_sample makes: $interpolation, $border',
  ({ name, amount, interpolation, border, result }) => {
    const images = tensor(fixture.picture).view(fixture.shape);
    const made = apply(makers[name](amount, { interpolation, border }), images);
    expect(made.shape).toEqual(fixture.shape);
    for (const [index, value] of (made.flatten().toArray() as number[]).entries()) {
      // Float32 places and weights against float64.
      expect(value).toBeCloseTo(result[index] ?? NaN, 5);
    }
  },
);

describe('by hand, on 4 x 4 pixels:', () => {
  const given = [
    [
      [1, 2, 3, 4],
      [5, 6, 7, 8],
      [9, 10, 11, 12],
      [13, 14, 15, 16],
    ],
  ];
  const bytes = () => copies(given, 2).to({ dtype: 'uint8' });

  test('a quarter turn goes counter-clockwise', () => {
    const turned = [
      [
        [4, 8, 12, 16],
        [3, 7, 11, 15],
        [2, 6, 10, 14],
        [1, 5, 9, 13],
      ],
    ];
    expect(pictures(apply(rotate({ degrees: [90, 90] }), bytes()))).toEqual([turned, turned]);
  });

  test('a shift of a quarter moves right and down by one pixel, and fills', () => {
    const moved = [
      [
        [99, 99, 99, 99],
        [99, 1, 2, 3],
        [99, 5, 6, 7],
        [99, 9, 10, 11],
      ],
    ];
    const transform = shift({
      width: [0.25, 0.25],
      height: [0.25, 0.25],
      border: 'constant',
      fill: 99,
    });
    expect(pictures(apply(transform, bytes()))).toEqual([moved, moved]);
  });

  test('a zoom by 2 shows the middle, each pixel between its four neighbours', () => {
    const made = pictures(apply(zoom({ factor: [2, 2] }), copies(given, 1)))[0]?.[0]?.[0];
    // Rows at 0.75 and columns at 0.75, 1.25, 1.75, 2.25: 1 + column + 4 · row.
    expect(made).toEqual([4.75, 5.25, 5.75, 6.25]);
  });

  test('a vertical flip mirrors top and bottom', () => {
    const mirrored = pictures(apply(verticalFlip({ probability: 1 }), bytes()))[0];
    expect(mirrored).toEqual([[...(given[0] ?? [])].reverse()]);
  });
});

test('a crop-zoom shows a part of the stated area: slopes shrink by its side', () => {
  const ramp = Array.from({ length: 16 }, (_, y) =>
    Array.from({ length: 16 }, (_, x) => x + 100 * y),
  );
  const made = pictures(
    apply(cropZoom({ area: [0.25, 0.25], border: 'edge' }), copies([ramp], 50)),
  );
  for (const picture of made) {
    const row = picture[0]?.[8] ?? [];
    expect((row[9] ?? 0) - (row[8] ?? 0)).toBeCloseTo(0.5, 2);
  }
  const corners = new Set(made.map((picture) => Math.round(picture[0]?.[8]?.[8] ?? 0)));
  expect(corners.size).toBeGreaterThan(20);
});

describe('composed with its neighbours', () => {
  const steps = () => [
    rotate({ degrees: 40 }),
    horizontalFlip(),
    zoom({ factor: [0.8, 1.3], keepAspect: false }),
  ];

  test('images are resampled once: a turn and its reverse leave everything in place', () => {
    const both = compose([rotate({ degrees: [37, 37] }), rotate({ degrees: [-37, -37] })]);
    const images = copies(numbered(9, 7), 2);
    const made = apply(both, images).sub(images).abs().max().item();
    // Rounding of float32 places times a slope of 10; two resamplings would differ by several units.
    expect(made).toBeLessThan(1e-3);
  });

  test('the same is drawn as one after another', () => {
    // Linear in the middle, where resampling twice loses nothing.
    const ramp = Array.from({ length: 32 }, (_, y) =>
      Array.from({ length: 32 }, (_, x) => x + 2 * y),
    );
    const images = copies([ramp], 16);
    const middle = (batch: ReturnType<typeof copies>) => batch.narrow(2, 14, 4).narrow(3, 14, 4);
    const joined = middle(apply(compose(steps()), images, 4));
    const generator = new Generator({ seed: 4 });
    const separate = middle(
      steps().reduce((batch, step) => step.apply(batch, { generator }), images),
    );
    expect(joined.sub(separate).abs().max().item()).toBeLessThan(1e-3);
  });
});

test.each([
  [
    () => rotate({ degrees: 0 }),
    'rotate: expected degrees to be other than 0 alone, which changes nothing, got [0,0].',
  ],
  [
    () => zoom({ factor: [1, 1] }),
    'zoom: expected factor to be other than 1 alone, which changes nothing, got [1,1].',
  ],
  [
    () => shift({}),
    'shift: expected width or height to be other than 0, which changes nothing, got 0.',
  ],
  [
    () => cropZoom({ area: [1, 1] }),
    'cropZoom: expected area to be other than 1 alone, which changes nothing, got [1,1].',
  ],
  [
    () => shear({ degrees: 90 }),
    'shear: expected degrees to be two rising numbers from -80 to 80, got [-90,90].',
  ],
  [
    () => rotate({ degrees: 5, fill: 9 }),
    'rotate: expected fill to be left out unless border is constant, got 9.',
  ],
])('what can have no effect is refused (%#)', (make, message) => {
  expect(make).toThrow(message);
});
