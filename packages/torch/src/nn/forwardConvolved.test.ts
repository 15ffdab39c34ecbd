import { expect, test } from 'vitest';
import { noGrad } from '../autograd.ts';
import { randn } from '../create.ts';
import { manualSeed } from '../random.ts';
import type { Tensor } from '../tensor.ts';
import { BatchNorm2d } from './batchNorm.ts';
import { Conv2d } from './conv.ts';

manualSeed(1);
const images = randn([2, 4, 6, 6]);
const filters = { padding: 1, bias: false };

class Doubled extends Conv2d {
  override forward(input: Tensor): Tensor {
    return super.forward(input).mul(2);
  }
}

class Plain extends BatchNorm2d {
  override forward(input: Tensor): Tensor {
    return input.mul(3);
  }
}

function largestDifference(a: Tensor, b: Tensor): number {
  return noGrad(() => a.sub(b).abs().max().item());
}

test('a subclass of a convolution computes as its own forward says', () => {
  const conv = new Doubled(4, 5, 3, filters);
  // In evaluation, at first mean 0 and variance 1: nothing but eps stands between.
  const norm = new BatchNorm2d(5, { eps: 0 }).eval();
  expect(largestDifference(norm.forwardConvolved(conv, images), conv.forward(images))).toBeLessThan(
    1e-5,
  );
});

test('a subclass of a batch norm computes as its own forward says', () => {
  const conv = new Conv2d(4, 5, 3, filters);
  const output = new Plain(5).forwardConvolved(conv, images);
  expect(largestDifference(output, conv.forward(images).mul(3))).toBe(0);
});

test('a forward that either was given is called', () => {
  const [conv, norm] = [new Conv2d(4, 5, 3, filters), new BatchNorm2d(5)];
  norm.forward = (input) => input.mul(3);
  const convolved = conv.forward(images);
  expect(largestDifference(norm.forwardConvolved(conv, images), convolved.mul(3))).toBe(0);
  conv.forward = (input) => input.mul(0);
  expect(norm.forwardConvolved(conv, images).shape).toEqual(images.shape);
});
