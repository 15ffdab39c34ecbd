import { Generator, randint, type Tensor } from '@ocelli/torch';
import { expect, test } from 'vitest';
import { AlternatingEpochs } from './alternatingEpochs.ts';

const count = 60;
const [height, width] = [5, 6];

/** Noise: no window of a picture looks like another. */
const images = randint({
  high: 256,
  shape: [count, 2, height, width],
  dtype: 'uint8',
  generator: new Generator({ seed: 1 }),
});

const generator = (seed: number): Generator => new Generator({ seed });
const epochs = (translate: number, seed = 7): AlternatingEpochs =>
  new AlternatingEpochs(images, { translate, generator: generator(seed) });

type Picture = number[][][];
const picturesOf = (batch: Tensor): Picture[] => batch.toArray() as Picture[];

/** Where a mirror outside of `length` pixels sends a position: -1 to 1, `length` to `length - 2`. */
const reflect = (at: number, length: number): number => {
  const last = length - 1;
  return last - Math.abs(last - Math.abs(at));
};

/** A picture as it must look once mirrored or not, and shifted. */
function seen(
  picture: Picture,
  mirrored: boolean,
  [down, right]: readonly [number, number],
): string {
  const rows = picture.map((channel) =>
    Array.from({ length: height }, (_, y) =>
      Array.from({ length: width }, (_, x) => {
        const row = channel[reflect(y + down, height)] ?? [];
        const column = reflect(x + right, width);
        return row[mirrored ? width - 1 - column : column];
      }),
    ),
  );
  return JSON.stringify(rows);
}

/** For every picture of an epoch, how it was mirrored and shifted. */
function findings(epoch: Tensor, translate: number): { mirrored: boolean; shift: string }[] {
  const originals = picturesOf(images);
  const steps = Array.from({ length: 2 * translate + 1 }, (_, index) => index - translate);
  const shifts = steps.flatMap((down) => steps.map((right) => [down, right] as const));
  return picturesOf(epoch).map((picture, index) => {
    const shown = JSON.stringify(picture);
    for (const mirrored of [false, true]) {
      const shift = shifts.find((one) => seen(originals[index] ?? [], mirrored, one) === shown);
      if (shift !== undefined) return { mirrored, shift: String(shift) };
    }
    throw new Error(`picture ${index} is no window of the original`);
  });
}

test('every picture is a window of itself, and mirrored in every other epoch', () => {
  const pictures = epochs(2);
  const sides = [0, 1, 2, 3].map((epoch) =>
    findings(pictures.at(epoch, generator(epoch)), 2).map(({ mirrored }) => mirrored),
  );
  const [first, second, third, fourth] = sides;
  expect(second).toEqual(first?.map((mirrored) => !mirrored));
  expect([third, fourth]).toEqual([first, second]);
  const mirroredAtFirst = first?.filter(Boolean).length ?? 0;
  expect(mirroredAtFirst).toBeGreaterThan(count / 4);
  expect(mirroredAtFirst).toBeLessThan((3 * count) / 4);
});

test('shifts are drawn anew for every picture and epoch, up to translate either way', () => {
  const pictures = epochs(1);
  const draw = generator(11);
  const drawn = [0, 2].map((epoch) =>
    findings(pictures.at(epoch, draw), 1).map(({ shift }) => shift),
  );
  expect(drawn[0]).not.toEqual(drawn[1]);
  expect(new Set(drawn.flat()).size).toBe(9);
});

test('an epoch is a function of its generators', () => {
  const again = (seed: number): unknown => epochs(2, seed).at(0, generator(3)).toArray();
  expect(again(7)).toEqual(again(7));
  expect(again(7)).not.toEqual(again(8));
});

test('it stays uint8 and is channels_last in memory', () => {
  const epoch = epochs(2).at(0, generator(3));
  expect(epoch.dtype).toBe('uint8');
  expect(epoch.shape).toEqual([count, 2, height, width]);
  expect(epoch.isContiguous('channelsLast')).toBe(true);
});

test('a shift of nothing and one as wide as the pictures are refused', () => {
  expect(() => epochs(0)).toThrow('AlternatingEpochs: expected translate to be');
  expect(() => epochs(5)).toThrow('narrower than the image (5), got 5.');
});
