import { Generator, Module, stack, tensor, type Tensor, zeros } from '@ocelli/torch';
import { describe, expect, test } from 'vitest';
import { smoothGrad } from './smoothGrad.ts';

/** Its first logit is the sum of a function of the pixels, the other one 0. */
function summing(of: (images: Tensor) => Tensor): Module {
  return new (class extends Module {
    forward(images: Tensor): Tensor {
      const sum = of(images).sum([1, 2, 3]);
      return stack([sum, sum.mul(0)], 1);
    }
  })();
}

const target = { class: 0 };
const generator = (seed = 1): Generator => new Generator({ seed });

// prettier-ignore
const weights = tensor([[
  [[1, -5], [0, 2]],
  [[-3, 4], [0, -2]],
  [[2, 0], [0, 1]],
]]);

test('of a linear model it is the largest weight of a pixel over the colours, whatever its sign', () => {
  const model = summing((images) => images.mul(weights));
  const images = tensor([[[[7, 1], [0, 3]], [[2, 2], [5, 1]], [[9, 0], [4, 6]]]]); // prettier-ignore
  expect(smoothGrad({ model, images, target }).toArray()).toEqual([[[3, 5], [0, 2]]]); // prettier-ignore
});

describe('of the sum of cubes of red, whose gradient is 3 x²', () => {
  const model = summing((images) => images.narrow(1, 0, 1).pow(3));

  /** Red is 0 in the left half and `most` in the right one: so large is the picture's range. */
  function halves(most: number): Tensor {
    const images = zeros([1, 3, 16, 16]);
    images.select(1, 0).narrow(2, 8, 8).add_(most);
    return images;
  }

  test.each([
    [0.5, 1],
    [0.25, 1],
    [0.25, 2],
  ])('noise of %d of a range of %d adds three times its variance', (noise, most) => {
    const options = { noise, generator: generator() };
    const map = smoothGrad({ model, images: halves(most), target }, options);
    const [left, right] = [0, 8].map((from) => map.narrow(2, from, 8).mean().item());
    const variance = (noise * most) ** 2;
    // Five deviations of the mean of 3 n², and of 6 x n + 3 n², over 128 pixels of 16 copies each.
    expect(Math.abs((left ?? NaN) - 3 * variance)).toBeLessThan(0.47 * variance);
    const spread = Math.sqrt(36 * most ** 2 * variance + 18 * variance ** 2);
    const bound = (5 * spread) / Math.sqrt(2048);
    expect(Math.abs((right ?? NaN) - 3 * most ** 2 - 3 * variance)).toBeLessThan(bound);
  });

  test('each of the copies asked for has noise of its own, from the generator given', () => {
    const seen: string[] = [];
    const watched = summing((images) => {
      seen.push(String(images.toArray()));
      return images.pow(3);
    });
    const images = halves(1);
    const map = (seed: number): unknown =>
      smoothGrad(
        { model: watched, images, target },
        { samples: 5, generator: generator(seed) },
      ).toArray();
    const first = map(1);
    expect(new Set(seen).size).toBe(1 + 5); // the picture itself, for its class, and the copies
    expect(map(1)).toEqual(first);
    expect(map(2)).not.toEqual(first);
  });

  test('no copy and no noise are refused', () => {
    const subject = { model, images: halves(1), target };
    expect(() => smoothGrad(subject, { samples: 0 })).toThrow(
      'smoothGrad: expected samples to be a positive integer, got 0.',
    );
    expect(() => smoothGrad(subject, { noise: 0 })).toThrow(
      'smoothGrad: expected noise to be above 0, got 0.',
    );
  });
});
