import { Module, stack, tensor, type Tensor } from '@ocelli/torch';
import { expect, test } from 'vitest';
import { viewLogits } from './viewLogits.ts';

/** Its logits are 0 and the upper left pixel of a picture, and it counts the pictures it sees. */
class Corner extends Module {
  seen = 0;
  forward(images: Tensor): Tensor {
    this.seen += images.shape[0] ?? 0;
    const corner = images.select(3, 0).select(2, 0).select(1, 0);
    return stack([corner.mul(0), corner], 1);
  }
}

// The six upper left pixels: 1 of the picture, 4 of its mirror; moved down, the border above and to the
// left shows row 2 and column 2: 22, mirrored 23; moved up, the window begins at row 2, column 2: 22,
// and its mirror at what lies behind the right edge: 23.
const picture = [
  [1, 2, 3, 4],
  [21, 22, 23, 24],
  [31, 32, 33, 34],
  [41, 42, 43, 44],
];
const mean = 1 / 4 + 4 / 4 + (22 + 23 + 22 + 23) / 8;

/** Pictures whose first look gives 1, 0.5 and 3: the second is the least certain one. */
const images = tensor(
  [1, 0.5, 3].map((corner) => [[[corner, ...(picture[0] ?? []).slice(1)], ...picture.slice(1)]]),
);

const secondLogits = (logits: Tensor): unknown => logits.select(1, 1).toArray();

test('logits are the weighted mean over six views', () => {
  expect(secondLogits(viewLogits(new Corner(), images))).toEqual([
    mean,
    mean - 0.5 / 4,
    mean + 2 / 4,
  ]);
});

test('only the share that is least certain is looked at again', () => {
  const model = new Corner();
  expect(secondLogits(viewLogits(model, images, { share: 1 / 3 }))).toEqual([1, mean - 0.5 / 4, 3]);
  expect(model.seen).toBe(3 + 5);
});

test('a share of nothing is one look', () => {
  const model = new Corner();
  expect(secondLogits(viewLogits(model, images, { share: 0 }))).toEqual([1, 0.5, 3]);
  expect(model.seen).toBe(3);
});

test('the size of the batches changes nothing', () => {
  const whole = viewLogits(new Corner(), images).toArray();
  expect(viewLogits(new Corner(), images, { batchSize: 2 }).toArray()).toEqual(whole);
});

test('a share above 1 is refused', () => {
  expect(() => viewLogits(new Corner(), images, { share: 25 })).toThrow(
    'viewLogits: expected share to be',
  );
});
