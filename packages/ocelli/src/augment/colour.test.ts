import { Generator, tensor, zeros } from '@ocelli/torch';
import { describe, expect, test } from 'vitest';
import { apply, copies, pictures } from '../../test/imageBatches.ts';
import { compose } from './compose.ts';
import { createTransform } from './createTransform.ts';

/** One row of colours `[red, green, blue]` as a picture of bytes. */
const colours = (...list: number[][]) =>
  tensor([[0, 1, 2].map((c) => [list.map((colour) => colour[c] ?? 0)])], { dtype: 'uint8' });
const read = (images: ReturnType<typeof colours>) => {
  const [picture] = pictures(images);
  const width = picture?.[0]?.[0]?.length ?? 0;
  return Array.from({ length: width }, (_, x) => picture?.map((plane) => plane[0]?.[x]));
};

const given = [
  [10, 100, 250],
  [60, 60, 60],
  [255, 0, 0],
  [200, 220, 240],
] as const;

describe('by hand:', () => {
  test.each<[string, object, number[][]]>([
    [
      'brightness',
      { add: [20, 20], unit: 'levels' },
      [
        [30, 120, 255],
        [80, 80, 80],
        [255, 20, 20],
        [220, 240, 255],
      ],
    ],
    [
      'brightness',
      { add: [-0.2, -0.2] },
      [
        [0, 49, 199],
        [9, 9, 9],
        [204, 0, 0],
        [149, 169, 189],
      ],
    ],
    [
      'brightness',
      { multiply: [0.5, 0.5] },
      [
        [5, 50, 125],
        [30, 30, 30],
        [128, 0, 0],
        [100, 110, 120],
      ],
    ],
    [
      'channelShift',
      { amount: [-50, -50], unit: 'levels' },
      [
        [0, 50, 200],
        [10, 10, 10],
        [205, 0, 0],
        [150, 170, 190],
      ],
    ],
    // Greys: 0.299 R + 0.587 G + 0.114 B = 90.19, 60, 76.245, 216.3.
    [
      'grayscale',
      {},
      [
        [90, 90, 90],
        [60, 60, 60],
        [76, 76, 76],
        [216, 216, 216],
      ],
    ],
    [
      'saturation',
      { factor: [0, 0] },
      [
        [90, 90, 90],
        [60, 60, 60],
        [76, 76, 76],
        [216, 216, 216],
      ],
    ],
    [
      'saturation',
      { factor: [2, 2] },
      [
        [0, 110, 255],
        [60, 60, 60],
        [255, 0, 0],
        [184, 224, 255],
      ],
    ],
    // The mean of the greys is 110.68.
    [
      'contrast',
      { factor: [0, 0] },
      [
        [111, 111, 111],
        [111, 111, 111],
        [111, 111, 111],
        [111, 111, 111],
      ],
    ],
    [
      'contrast',
      { factor: [2, 2] },
      [
        [0, 89, 255],
        [9, 9, 9],
        [255, 0, 0],
        [255, 255, 255],
      ],
    ],
    [
      'invert',
      {},
      [
        [245, 155, 5],
        [195, 195, 195],
        [0, 255, 255],
        [55, 35, 15],
      ],
    ],
    [
      'solarize',
      { threshold: 200 },
      [
        [10, 100, 5],
        [60, 60, 60],
        [0, 0, 0],
        [55, 35, 15],
      ],
    ],
    [
      'posterize',
      { bits: 1 },
      [
        [0, 0, 128],
        [0, 0, 0],
        [128, 0, 0],
        [128, 128, 128],
      ],
    ],
    // Red 10 to 255, green 0 to 220, blue 0 to 250.
    [
      'autoContrast',
      {},
      [
        [0, 116, 255],
        [52, 70, 61],
        [255, 0, 0],
        [198, 255, 245],
      ],
    ],
  ])('%s %j', (name, options, expected) => {
    const made = read(apply(createTransform(name, options), colours(...given.map((c) => [...c]))));
    expect(made).toEqual(expected);
  });

  test('hue turns red by 120 degrees to what the W3C matrix says', () => {
    // 0.213 + 0.787 cos − 0.213 sin < 0; 255 · (0.213 − 0.213 cos + 0.143 sin) = 113.06; < 0.
    const made = apply(
      createTransform('hue', { degrees: [120, 120] }),
      colours([255, 0, 0], [70, 70, 70]),
    );
    expect(read(made)).toEqual([
      [0, 113, 0],
      [70, 70, 70],
    ]);
  });

  test("equalize is Pillow's table", () => {
    // 4 levels of 300 pixels each: step = (1200 − 300) / 255 = 3; level v → (1 + pixels below) / 3.
    const levels = [3, 7, 8, 250].flatMap((level) => new Array<number>(300).fill(level));
    const image = tensor([[[levels]]], { dtype: 'uint8' });
    const made = pictures(apply(createTransform('equalize'), image))[0]?.[0]?.[0] ?? [];
    expect([0, 300, 600, 900].map((x) => made[x])).toEqual([0, 100, 200, 255]);
  });
});

describe('blur and sharpness, by hand:', () => {
  const dot = (side: number) =>
    copies(
      [
        Array.from({ length: side }, (_, y) =>
          Array.from({ length: side }, (_, x) => (y === 3 && x === 3 ? 160 : 0)),
        ),
      ],
      1,
    );
  const at = (name: string, options: object, side = 7) =>
    pictures(apply(createTransform(name, options), dot(side)))[0]?.[0] ?? [];

  test('a box spreads a dot evenly over its window', () => {
    const made = at('boxBlur', { size: 3 });
    expect(made[2]?.[2]).toBeCloseTo(160 / 9, 4);
    expect(made[3]?.[4]).toBeCloseTo(160 / 9, 4);
    expect(made[3]?.[5]).toBe(0);
  });

  test('a Gaussian of deviation 1 falls as exp(−x²/2) both ways', () => {
    const made = at('gaussianBlur', { sigma: 1 });
    const middle = made[3]?.[3] ?? NaN;
    expect((made[3]?.[4] ?? NaN) / middle).toBeCloseTo(Math.exp(-0.5), 5);
    expect((made[1]?.[2] ?? NaN) / middle).toBeCloseTo(Math.exp(-2.5), 5);
    // The weights are divided by their sum, 1 + 2 (e^−0.5 + e^−2 + e^−4.5) = 2.50596, both ways.
    expect(middle).toBeCloseTo(160 / 2.50596 ** 2, 3);
  });

  test('no sharpness is weights of 1, 2, 1 over 4 both ways; 2 is the opposite', () => {
    const soft = at('sharpness', { factor: [0, 0], white: 255 });
    expect([soft[3]?.[3], soft[3]?.[4], soft[2]?.[2]]).toEqual([40, 20, 10]);
    const sharp = at('sharpness', { factor: [2, 2], white: 500 });
    expect(sharp[3]?.[3]).toBeCloseTo(280, 2);
  });
});

test('brightness is drawn evenly from its range, image by image', () => {
  const transform = createTransform('brightness', { add: 50, unit: 'levels' });
  const grey = zeros([10_000, 1, 1, 1]).add_(128).to({ dtype: 'uint8' });
  const made = transform.apply(grey, { generator: new Generator({ seed: 1 }) });
  const levels = made.to({ dtype: 'float64' });
  expect([levels.min().item(), levels.max().item()]).toEqual([78, 178]);
  // Of the mean of 10,000 uniform numbers of width 100: 5 · 100 / √12 / 100.
  expect(Math.abs(levels.mean().item() - 128)).toBeLessThan(1.45);
  expect(levels.std().item()).toBeCloseTo(100 / Math.sqrt(12), 0);
});

test('neighbouring colour transforms draw and do the same as one after another', () => {
  const steps = [
    createTransform('brightness', { multiply: [0.6, 0.9] }),
    createTransform('hue', { degrees: 30 }),
    createTransform('contrast', { factor: [0.5, 0.9] }),
  ];
  const images = tensor([[[[100]], [[120]], [[90]]]], { dtype: 'uint8' }).repeat([64, 1, 3, 3]);
  const generator = new Generator({ seed: 8 });
  const separate = steps.reduce((batch, step) => step.apply(batch, { generator }), images);
  const joined = apply(compose(steps), images, 8);
  // Each of the three steps rounds to whole levels, the joined one once.
  const difference = joined.to({ dtype: 'float32' }).sub(separate.to({ dtype: 'float32' }));
  expect(difference.abs().max().item()).toBeLessThanOrEqual(2);
});

test.each<[string, object, string]>([
  [
    'brightness',
    { add: 0.3, unit: 'levels' },
    'brightness: expected add to be at least 1 of 255 levels, or nothing can change, got 0.3. For a share of the range, set unit to share.',
  ],
  [
    'brightness',
    { add: 30 },
    'brightness: expected add to be two rising numbers from -1 to 1, got [-30,30].',
  ],
  [
    'brightness',
    { add: 0 },
    'brightness: expected add to be other than 0 alone, which changes nothing, got [0,0].',
  ],
  ['brightness', {}, 'brightness: expected add or multiply to be given, got {}.'],
  [
    'contrast',
    { factor: 0 },
    'contrast: expected factor to be other than 1 alone, which changes nothing, got [1,1].',
  ],
  [
    'contrast',
    {},
    'contrast: expected factor to be two rising numbers from 0 to 10, got undefined.',
  ],
  [
    'posterize',
    { bits: 8 },
    'posterize: expected bits to be other than 8 alone, which changes nothing, got [8,8].',
  ],
  [
    'gaussianBlur',
    { sigma: 0 },
    'gaussianBlur: expected sigma to be two rising numbers from 0.1 to 50, got [0,0].',
  ],
  ['boxBlur', { size: 4 }, 'boxBlur: expected size to be an odd number of at least 3, got 4.'],
  [
    'colorJitter',
    { probability: 0.5 },
    'colorJitter: expected strengths to be at least one of brightness, contrast, saturation, hue, got {"probability":0.5}.',
  ],
])('%s %j is refused', (name, options, message) => {
  expect(() => createTransform(name, options)).toThrow(message);
});

test('floating images have to say what white is', () => {
  const floats = zeros([1, 3, 2, 2]);
  expect(() => apply(createTransform('brightness', { add: 0.1 }), floats)).toThrow(
    'brightness: expected white to be given for floating images, for example 1 or 255, got undefined.',
  );
  const made = apply(createTransform('brightness', { add: [0.1, 0.1], white: 1 }), floats);
  expect(made.max().item()).toBeCloseTo(0.1, 6);
});
