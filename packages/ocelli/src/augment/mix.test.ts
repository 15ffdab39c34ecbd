import { arange, Generator, tensor, type Tensor, zeros } from '@ocelli/torch';
import { describe, expect, test } from 'vitest';
import { augmentBatch, type LabelledImages } from './augmentBatch.ts';
import { compose } from './compose.ts';
import { createTransform, createTransforms } from './createTransform.ts';
import { cutmix } from './cutmix.ts';
import { mixup } from './mixup.ts';
import type { Transform } from './transform.ts';

const schema = { first: ['a', 'b', 'c', 'd', 'e'], second: ['x', 'y'] };

/** `count` images, each of one value that is ten times its label. */
function batch(count: number): LabelledImages {
  const first = arange({ end: count }, { dtype: 'int64' }).remainder(5);
  const images = first.mul(10).to({ dtype: 'float32' }).view([count, 1, 1, 1]).repeat([1, 3, 8, 8]);
  const second = first.remainder(2).sub(first.eq(4).to({ dtype: 'int64' }));
  return { images, labels: tensorPair(first, second) };
}

const tensorPair = (first: Tensor, second: Tensor) =>
  zeros([first.shape[0] ?? 0, 2], { dtype: 'int64' })
    .add_(first.unsqueeze(1).mul(tensor([[1n, 0n]])))
    .add_(second.unsqueeze(1).mul(tensor([[0n, 1n]])));

function mixed(transform: Transform, given = batch(200)) {
  const made = augmentBatch(given, transform, { schema, generator: new Generator({ seed: 2 }) });
  const { labels, share } = made.mix ?? {};
  return {
    given,
    made,
    other: labels?.toArray() as number[][],
    share: share?.toArray() as number[],
  };
}

describe.each([
  ['mixup', mixup({ alpha: 0.4 })],
  ['cutmix', cutmix({ alpha: 1 })],
])('%s', (_, transform) => {
  test('the mean of an image is its labels weighted by their shares', () => {
    const { given, made, other, share } = mixed(transform);
    const own = given.labels.toArray() as number[][];
    const means = made.images.mean([1, 2, 3]).toArray() as number[];
    for (const [index, mean] of means.entries()) {
      const s = share[index] ?? NaN;
      expect(mean).toBeCloseTo(
        10 * (s * (own[index]?.[0] ?? 0) + (1 - s) * (other[index]?.[0] ?? 0)),
        3,
      );
    }
    expect(share.filter((value) => value < 0.9).length).toBeGreaterThan(100); // of 200
  });

  test('every attribute has its second label from the same partner, a missing one stays missing', () => {
    const { given, made, other } = mixed(transform);
    expect(made.labels.toArray()).toEqual(given.labels.toArray());
    for (const [first = 0, second] of other) expect(second).toBe(first === 4 ? -1 : first % 2);
  });

  test('images that are not chosen keep a share of 1 and every pixel', () => {
    const some = createTransform(transform.name, { ...transform.settings, probability: 0.25 });
    const { given, made, share } = mixed(some);
    const kept = share.flatMap((value, index) => (value === 1 ? [index] : []));
    expect(kept.length).toBeGreaterThan(100);
    for (const index of kept) {
      const difference = made.images.select(0, index).sub(given.images.select(0, index));
      expect(difference.abs().max().item()).toBe(0);
    }
  });
});

test.each([0.2, 0.35, 1])(
  'shares come from Beta(%d, %d): mean 1/2, variance 1 / (4 (2 α + 1))',
  (alpha) => {
    const { share } = mixed(mixup({ alpha }), batch(10_000));
    const mean = share.reduce((sum, value) => sum + value, 0) / share.length;
    const variance = share.reduce((sum, value) => sum + (value - mean) ** 2, 0) / share.length;
    // Five deviations of the mean of 10,000, whose deviation is at most 1/2; the variance likewise.
    expect(Math.abs(mean - 0.5)).toBeLessThan(0.025);
    expect(Math.abs(variance - 1 / (4 * (2 * alpha + 1)))).toBeLessThan(0.01);
  },
);

test('a transform after mixup works on the mixed images and on both labels', () => {
  const policy = compose(
    createTransforms([
      { mixup: { alpha: 1 } },
      { flip: { probability: 1, swaps: { second: ['x', 'y'] } } },
    ]),
  );
  const { given, made, other } = mixed(policy);
  const plain = mixed(mixup({ alpha: 1 }));
  expect(
    made.images
      .sub(plain.made.images.flip([3]))
      .abs()
      .max()
      .item(),
  ).toBe(0);
  const swapped = (rows: number[][]) =>
    rows.map(([first, second = -1]) => [first, second < 0 ? -1 : 1 - second]);
  expect(made.labels.toArray()).toEqual(swapped(given.labels.toArray() as number[][]));
  expect(other).toEqual(swapped(plain.other));
});

test.each<[string, object]>([
  ['sometimes', { probability: 0.5, transforms: [{ rotate: { degrees: 10 } }] }],
  ['oneOf', { transforms: [{ rotate: { degrees: 10 } }, { invert: {} }] }],
  ['randAugment', {}],
  ['trivialAugment', {}],
])('%s after mixup keeps both labels and the share of every image', (name, how) => {
  const { images, labels } = batch(200);
  const bytes = { images: images.to({ dtype: 'uint8' }), labels };
  const plain = mixed(mixup({ alpha: 1 }), bytes);
  const policy = compose([mixup({ alpha: 1 }), createTransform(name, how)]);
  const { made, other, share } = mixed(policy, bytes);
  expect(made.labels.toArray()).toEqual(plain.made.labels.toArray());
  expect(other).toEqual(plain.other);
  expect(share).toEqual(plain.share);
});

test('what happens to some mixed images happens to both of their labels', () => {
  const flip = { flip: { probability: 1, swaps: { second: ['x', 'y'] } } };
  const some = createTransform('sometimes', { probability: 0.5, transforms: [flip] });
  const plain = mixed(mixup({ alpha: 1 }));
  const { made, other, share } = mixed(compose([mixup({ alpha: 1 }), some]));
  const labels = made.labels.toArray() as number[][];
  const before = plain.given.labels.toArray() as number[][];
  let flips = 0;
  for (const [row, [, second = -1]] of before.entries()) {
    if (second < 0) continue; // its own label does not tell whether it was flipped
    const isFlipped = labels[row]?.[1] !== second;
    const [first, partner = -1] = plain.other[row] ?? [];
    expect(other[row]).toEqual([first, isFlipped && partner >= 0 ? 1 - partner : partner]);
    flips += Number(isFlipped);
  }
  expect(flips).toBeGreaterThan(40); // of 160
  expect(flips).toBeLessThan(120);
  expect(share).toEqual(plain.share);
});

test('some images can get mixup and others cutmix', () => {
  const either = createTransform('oneOf', {
    transforms: [{ mixup: { alpha: 1 } }, { cutmix: { alpha: 1 } }],
  });
  const { given, made, other, share } = mixed(either);
  const own = given.labels.toArray() as number[][];
  const means = made.images.mean([1, 2, 3]).toArray() as number[];
  for (const [index, mean] of means.entries()) {
    const s = share[index] ?? NaN;
    expect(mean).toBeCloseTo(
      10 * (s * (own[index]?.[0] ?? 0) + (1 - s) * (other[index]?.[0] ?? 0)),
      3,
    );
  }
});

test('mixing twice is refused', () => {
  const twice = compose([mixup({ alpha: 1 }), cutmix({ alpha: 1 })]);
  expect(() => mixed(twice)).toThrow(
    'augmentation: expected transforms to be at most one of mixup and cutmix, got "two".',
  );
});

const half = (name: string) =>
  createTransform('sometimes', { probability: 0.5, transforms: [{ [name]: { alpha: 1 } }] });

test.each([
  ['some images after all', [mixup({ alpha: 1 }), half('cutmix')]],
  ['all images after some', [half('mixup'), cutmix({ alpha: 1 })]],
  ['some images after others that overlap', [half('mixup'), half('cutmix')]],
])('mixing %s is refused like mixing all twice', (_, transforms) => {
  expect(() => mixed(compose(transforms))).toThrow(
    'augmentation: expected transforms to be at most one of mixup and cutmix, got "two".',
  );
});

test.each([mixup, cutmix])('%o refuses an alpha that is not above 0', (make) => {
  expect(() => make({ alpha: 0 })).toThrow(
    /: expected alpha to be above 0 and at most 100, got 0\.$/,
  );
});
