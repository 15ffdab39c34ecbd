import { Module, stack, type Tensor, zeros } from '@ocelli/torch';
import { describe, expect, test } from 'vitest';
import { occlusion, type OcclusionOptions } from './occlusion.ts';

/** Its logits are the sum of the red pixels and 0, so the first class has the sigmoid of that sum. */
class Red extends Module {
  forward(images: Tensor): Tensor {
    const red = images.select(1, 0).sum([1, 2]);
    return stack([red, red.mul(0)], 1);
  }
}

const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));
/** What the probability loses when some of `red` red pixels are covered. */
const loss = (red: number, covered: number): number => sigmoid(red) - sigmoid(red - covered);

function mapOf(images: Tensor, options: OcclusionOptions, classIndex = 0): unknown {
  const subject = { model: new Red(), images, target: { class: classIndex } };
  return occlusion(subject, options).toArray();
}

const close = (rows: readonly (readonly number[])[]) => [
  rows.map((row) => row.map((value) => expect.closeTo(value, 6) as number)),
];

describe('of a picture with four red pixels in its corner, by hand:', () => {
  const images = zeros([1, 3, 4, 4]);
  images.select(1, 0).narrow(1, 0, 2).narrow(2, 0, 2).add_(1);
  const [all, two, one] = [loss(4, 4), loss(4, 2), loss(4, 1)];

  test('squares side by side each show what covering them loses', () => {
    const map = [[all, all, 0, 0], [all, all, 0, 0], [0, 0, 0, 0], [0, 0, 0, 0]]; // prettier-ignore
    expect(mapOf(images, { size: 2, stride: 2 })).toEqual(close(map));
  });

  test.each([1, 4, 32])('a pixel has the mean of its squares, %i covered at once', (batchSize) => {
    const [beside, inner] = [(all + two) / 2, (all + 2 * two + one) / 4];
    expect(mapOf(images, { size: 2, stride: 1, batchSize })).toEqual(
      close([
        [all, beside, two / 2, 0],
        [beside, inner, (two + one) / 4, 0],
        [two / 2, (two + one) / 4, one / 4, 0],
        [0, 0, 0, 0],
      ]),
    );
  });

  test('where covering helps, the map is negative', () => {
    const map = [[-all, -all, 0, 0], [-all, -all, 0, 0], [0, 0, 0, 0], [0, 0, 0, 0]]; // prettier-ignore
    expect(mapOf(images, { size: 2, stride: 2 }, 1)).toEqual(close(map));
  });
});

test('the last square lies at the edge, where the stride would leave pixels uncovered', () => {
  const images = zeros([1, 3, 2, 5]);
  images.select(1, 0).select(2, 4).add_(1); // red in the last column alone
  const row = [0, 0, 0, loss(2, 2) / 2, loss(2, 2)]; // squares from columns 0, 2 and 3
  expect(mapOf(images, { size: 2, stride: 2 })).toEqual(close([row, row]));
});
