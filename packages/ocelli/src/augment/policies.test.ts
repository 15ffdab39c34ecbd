import { Generator, randint, tensor, type Tensor, zeros } from '@ocelli/torch';
import { describe, expect, test } from 'vitest';
import { compose } from './compose.ts';
import { createTransform, createTransforms, describeTransform } from './createTransform.ts';
import { custom } from './custom.ts';
import type { Transform } from './transform.ts';
import { TransformCounts } from './transformCounts.ts';
import type { TransformContext } from './transformContext.ts';

const context = (more: Partial<TransformContext> = {}): TransformContext => ({
  generator: new Generator({ seed: 3 }),
  ...more,
});
const values = (images: Tensor) => images.flatten().toArray() as number[];
const ones = (count: number) => zeros([count, 1, 1, 1], { dtype: 'uint8' }).add_(1);
const add = (levels: number) => ({ brightness: { add: [levels, levels], unit: 'levels' } });

describe('oneOf', () => {
  test('gives each image one of its transforms, each as often, or none', () => {
    const transform = createTransform('oneOf', { transforms: [add(1), add(2)], probability: 0.6 });
    const seen = values(transform.apply(ones(10_000), context()));
    const count = (value: number) => seen.filter((one) => one === value).length;
    // Five deviations of binomials of 10,000.
    for (const [value, share] of [
      [1, 0.4],
      [2, 0.3],
      [3, 0.3],
    ] as const) {
      expect(Math.abs(count(value) - 10_000 * share)).toBeLessThan(250);
    }
    expect(count(1) + count(2) + count(3)).toBe(10_000);
  });

  test('of transforms that change the size is refused', () => {
    const transform = createTransform('oneOf', {
      transforms: [{ pad: { pixels: 1, mode: 'constant' } }, { flip: {} }],
    });
    expect(() => transform.apply(zeros([9, 1, 4, 4]), context())).toThrow(
      /^pad: expected images of the size and type given, float32 \(\d, 1, 4, 4\), got float32 \(\d, 1, 6, 6\)\./,
    );
  });
});

test('sometimes applies all of its transforms or none', () => {
  const transform = createTransform('sometimes', {
    probability: 0.3,
    transforms: [add(10), add(5)],
  });
  const seen = values(transform.apply(ones(10_000), context()));
  expect(new Set(seen)).toEqual(new Set([1, 16]));
  expect(Math.abs(seen.filter((one) => one === 16).length - 3000)).toBeLessThan(230);
});

test('byEpoch changes the policy where it says', () => {
  const transform = createTransform('byEpoch', {
    policies: [
      { from: 1, transforms: [add(1)] },
      { from: 3, transforms: [add(5), add(1)] },
      { from: 5, transforms: [] },
    ],
  });
  const seen = [1, 2, 3, 4, 5, 6].map(
    (epoch) => values(transform.apply(ones(1), context({ epoch })))[0],
  );
  expect(seen).toEqual([2, 2, 7, 7, 1, 1]);
});

test('alternatingFlip shows every image once each way in two epochs', () => {
  const transform = createTransform('alternatingFlip', { seed: 4 });
  const indices = Array.from({ length: 1000 }, (_, index) => index + 500);
  const images = tensor([[[[1, 2]]]]).repeat([1000, 1, 1, 1]);
  const first = (epoch: number) =>
    values(transform.apply(images, context({ epoch, indices })).select(3, 0));
  const [one, two, three] = [first(1), first(2), first(3)];
  expect(one.map((value) => 3 - value)).toEqual(two);
  expect(three).toEqual(one);
  const flipped = one.filter((value) => value === 2).length;
  expect(Math.abs(flipped - 500)).toBeLessThan(80);
});

describe.each(['randAugment', 'trivialAugment'])('%s', (name) => {
  const images = randint({
    high: 256,
    shape: [60, 16, 16, 3],
    dtype: 'uint8',
    generator: new Generator({ seed: 1 }),
  }).permute([0, 3, 1, 2]);

  test('uses every transform of its space', () => {
    const counts = new TransformCounts();
    const transform = createTransform(name);
    const generator = new Generator({ seed: 2 });
    for (let round = 0; round < 3; round++)
      transform.apply(images, { generator, onChanged: counts.add });
    expect(Object.keys(counts.read()).sort()).toEqual([
      'autoContrast',
      'brightness',
      'contrast',
      'equalize',
      'posterize',
      'rotate',
      'saturation',
      'sharpness',
      'shear',
      'shift',
      'solarize',
    ]);
  });
});

test('randAugment is stronger at a higher magnitude, and changes more with a higher count', () => {
  const images = randint({
    high: 256,
    shape: [200, 8, 8, 3],
    dtype: 'uint8',
    generator: new Generator({ seed: 1 }),
  }).permute([0, 3, 1, 2]);
  const runs = (options: object) => {
    const counts = new TransformCounts();
    createTransform('randAugment', options).apply(images, context({ onChanged: counts.add }));
    return Object.values(counts.read()).reduce((sum, { changed }) => sum + changed, 0);
  };
  expect(runs({ count: 3 })).toBeGreaterThan(2 * runs({ count: 1 }));
  const degreesAt = (magnitude: number) =>
    createTransform('randAugment', { magnitude }).parts?.flatMap(({ name, settings }) =>
      name === 'rotate' ? [settings['degrees']] : [],
    );
  // 30 degrees at most, at a magnitude of 30; to either side.
  expect(degreesAt(15)).toEqual([[15, 15], [-15, -15]]); // prettier-ignore
  expect(degreesAt(30)).toEqual([[30, 30], [-30, -30]]); // prettier-ignore
});

describe('counts', () => {
  test('say how many images each transform saw and changed', () => {
    const counts = new TransformCounts();
    const policy = compose(
      createTransforms([add(1), { flip: { probability: 0.25 } }, { rotate: { degrees: 5 } }]),
    );
    const generator = new Generator({ seed: 1 });
    let flips = 0;
    for (let step = 0; step < 4; step++) {
      policy.apply(zeros([50, 3, 4, 4], { dtype: 'uint8' }), {
        generator,
        onChanged: (name, which) => {
          counts.add(name, which);
          if (name === 'horizontalFlip') flips += which.sum().item();
        },
      });
    }
    expect(counts.read()).toEqual({
      brightness: { seen: 200, changed: 200 },
      horizontalFlip: { seen: 200, changed: flips },
      rotate: { seen: 200, changed: 200 },
    });
    expect(flips).toBeGreaterThan(20);
    counts.reset();
    expect(counts.read()).toEqual({});
  });
});

test('a function of the user is a transform like any other', () => {
  const darken: Transform = custom('darken', (images) => images.div(2));
  const counts = new TransformCounts();
  const made = compose([darken]).apply(
    zeros([2, 1, 1, 1]).add_(8),
    context({ onChanged: counts.add }),
  );
  expect(values(made)).toEqual([4, 4]);
  expect(counts.read()).toEqual({ darken: { seen: 2, changed: 2 } });
});

test.each<[unknown, string]>([
  [[{ rotat: {} }], 'augmentation: unknown transform "rotat". Did you mean "rotate"?'],
  [
    [{ rotate: { degree: 5 } }],
    'rotate: expected options to be among degrees, probability, interpolation, border, fill, got "degree". Did you mean "degrees"?',
  ],
  [[{ rotate: 5 }], 'rotate: expected options to be an object, got 5.'],
  [
    ['flip'],
    'augmentation: expected each transform to be one name with its options, such as {"rotate": {"degrees": 15}}, got "flip".',
  ],
  [
    [{ flip: {}, rotate: {} }],
    'augmentation: expected each transform to be one name with its options',
  ],
  [{ flip: {} }, 'augmentation: expected the policy to be a list of transforms, got {"flip":{}}.'],
  [[{ oneOf: { transforms: [{ flip: {} }] } }], 'oneOf: expected transforms to be at least two'],
  [
    [{ sometimes: { probability: 1, transforms: [{ flip: {} }] } }],
    'sometimes: expected probability to be between 0 and 1, got 1.',
  ],
  [
    [
      {
        byEpoch: {
          policies: [
            { from: 2, transforms: [] },
            { from: 3, transforms: [] },
          ],
        },
      },
    ],
    'byEpoch: expected policies to be two or more from rising epochs, the first from 1, got [2,3].',
  ],
  [
    [{ randAugment: { magnitude: 31 } }],
    'randAugment: expected magnitude to be above 0 and at most 30, got 31.',
  ],
])('%j is refused', (policy, message) => {
  expect(() => createTransforms(policy)).toThrow(message);
});

test('a description says what a transform does and takes', () => {
  expect(describeTransform('flip')).toEqual({
    name: 'horizontalFlip',
    purpose: 'mirrors left to right',
    options: { probability: 0.5 },
  });
});
