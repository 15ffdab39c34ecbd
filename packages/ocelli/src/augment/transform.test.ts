import { Generator, tensor } from '@ocelli/torch';
import { describe, expect, test } from 'vitest';
import { apply, copies, numbered, pictures } from '../../test/imageBatches.ts';
import { compose } from './compose.ts';
import { cutout } from './cutout.ts';
import { horizontalFlip } from './horizontalFlip.ts';
import { normalize } from './normalize.ts';
import { pad } from './pad.ts';
import { randomCrop } from './randomCrop.ts';
import type { Transform } from './transform.ts';

const RANDOM: [string, Transform][] = [
  ['randomCrop', randomCrop({ size: 4, padding: 2 })],
  ['horizontalFlip', horizontalFlip()],
  ['cutout', cutout({ size: 2, probability: 0.5, fill: -1 })],
  [
    'compose',
    compose([randomCrop({ size: 4, padding: 1 }), horizontalFlip(), cutout({ size: 2 })]),
  ],
];
const ALL: [string, Transform][] = [
  ...RANDOM,
  ['pad', pad({ pixels: 1 })],
  ['normalize', normalize({ mean: [1, 2, 3], std: [2, 2, 2] })],
];

describe.each(ALL)('%s keeps the contract of a transform:', (name, transform) => {
  const images = () => copies(numbered(), 64);

  test('the given images stay as they are', () => {
    const given = images();
    apply(transform, given);
    expect(pictures(given)).toEqual(pictures(images()));
  });

  test('channels_last memory, whatever the layout given', () => {
    const given = images();
    const lastGiven = given.contiguous({ memoryFormat: 'channelsLast' });
    const result = apply(transform, given, 3);
    expect(result.isContiguous('channelsLast')).toBe(true);
    expect(pictures(apply(transform, lastGiven, 3))).toEqual(pictures(result));
  });

  test('bytes and floats give the same pictures', () => {
    const bytes = images().remainder(90).to({ dtype: 'uint8' });
    const fromBytes = apply(
      transform.name === 'cutout' ? cutout({ size: 2 }) : transform,
      bytes,
      5,
    );
    const floats = bytes.to({ dtype: 'float32' });
    const fromFloats = apply(
      transform.name === 'cutout' ? cutout({ size: 2 }) : transform,
      floats,
      5,
    );
    expect(fromBytes.dtype).toBe(name === 'normalize' ? 'float32' : 'uint8');
    expect(pictures(fromBytes)).toEqual(pictures(fromFloats));
  });

  test('it says its name and settings', () => {
    expect(transform.name).toBe(name);
    expect(Object.keys(transform.settings).length).toBeGreaterThan(0);
  });

  test('images that are not (N, C, H, W) are refused', () => {
    expect(() => apply(transform, tensor([1, 2]))).toThrow(
      /: expected images to be \(N, C, H, W\), got \(2\)\.$/,
    );
  });
});

describe.each(RANDOM)('%s draws', (_, transform) => {
  test('the same from the same seed, something else from another', () => {
    const images = copies(numbered(), 64);
    const first = pictures(apply(transform, images, 1));
    expect(pictures(apply(transform, images, 1))).toEqual(first);
    expect(pictures(apply(transform, images, 2))).not.toEqual(first);
  });

  test('for each image and each call anew', () => {
    const images = copies(numbered(), 64);
    const generator = new Generator({ seed: 1 });
    const first = pictures(transform.apply(images, { generator }));
    expect(new Set(first.map((picture) => JSON.stringify(picture))).size).toBeGreaterThan(1);
    expect(pictures(transform.apply(images, { generator }))).not.toEqual(first);
  });
});

test.each([
  [
    () => horizontalFlip({ probability: 0 }),
    'horizontalFlip: expected probability to be above 0 and at most 1, got 0.',
  ],
  [
    () => cutout({ size: 2, probability: 1.5 }),
    'cutout: expected probability to be above 0 and at most 1, got 1.5.',
  ],
  [
    () => cutout({ size: 0 }),
    'cutout: expected size to be a positive integer, or [height, width] of two, got 0.',
  ],
  [() => cutout({ size: 1, holes: 0 }), 'cutout: expected holes to be a positive integer, got 0.'],
  [() => pad({ pixels: 0 }), 'pad: expected pixels to be a positive integer, got 0.'],
  [
    () => normalize({ mean: [0, 0], std: [1, 1] }),
    'normalize: expected mean and std to be other than 0 and 1, which change nothing, got [[0,0],[1,1]].',
  ],
  [() => compose([]), 'compose: expected transforms to be at least one transform, got [].'],
  [
    () => randomCrop({ size: 4, padding: -1 }),
    'randomCrop: expected padding to be an integer of 0 or more, got -1.',
  ],
  [
    () => pad({ pixels: 1, mode: 'reflct' as 'reflect' }),
    'pad: expected mode to be one of reflect, constant, got "reflct". Did you mean "reflect"?',
  ],
  [
    () => randomCrop({ size: 4, paddin: 4 } as { size: number }),
    'randomCrop: expected options to be among size, padding, mode, fill, got "paddin". Did you mean "padding"?',
  ],
])('what can have no effect or no meaning is refused (%#)', (make, message) => {
  expect(make).toThrow(message);
});
