import { manualSeed, noGrad, randn, type Tensor } from '@ocelli/torch';
import { expect, test } from 'vitest';
import { createModel } from './catalog.ts';

const answerOf = (name: string, images: Tensor): Tensor => {
  manualSeed(3);
  const model = createModel(name, { numClasses: 10 }).eval();
  return noGrad(() => model.forward(images));
};

test('mnist-net answers for grey in three channels as for the same grey in one', () => {
  const grey = randn([2, 1, 28, 28]);
  const [one, three] = [grey, grey.expand([2, 3, 28, 28])].map((images) =>
    answerOf('mnist-net', images).toArray(),
  );
  for (const [row, logits] of (one as number[][]).entries()) {
    for (const [index, value] of logits.entries()) {
      expect((three as number[][])[row]?.[index]).toBeCloseTo(value, 5);
    }
  }
});

test('mnist-net looks at the mean of three colours', () => {
  const images = randn([2, 3, 28, 28]);
  const grey = images.mean([1], { keepdim: true });
  expect(answerOf('mnist-net', images).toArray()).toEqual(answerOf('mnist-net', grey).toArray());
});

test.each([
  ['mnist-net', 26, 35],
  ['cifar10-v1', 32, 63],
])(
  '%s has one answer a class from %i to %i pixels, and refuses larger ones',
  (name, least, most) => {
    for (const side of [least, most]) {
      expect(answerOf(name, randn([2, 3, side, side])).shape).toEqual([2, 10]);
    }
    const larger = randn([2, 3, most + 8, most + 8]);
    expect(() => answerOf(name, larger)).toThrow(
      /expected a map of one place, \(N, K, 1, 1\), got \(2, 10, 2, 2\)\./,
    );
  },
);
