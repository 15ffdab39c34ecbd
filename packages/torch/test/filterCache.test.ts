import { expect, test } from 'vitest';

import { conv2d, fromTypedArray, Generator, operator, randn, type Tensor } from '../src/index.ts';

// Transformed filters are kept from the second call on; whatever changes the weight must be seen.

const convolution = operator('aten::conv2d');
const generator = new Generator({ seed: 3 });

function images(channels: number): Tensor {
  return randn([1, channels, 6, 6], { generator }).to({ memoryFormat: 'channelsLast' });
}

function expectConvolved(got: Tensor, x: Tensor, weight: Tensor): void {
  const inDouble = (tensor: Tensor): Tensor => tensor.detach().to({ dtype: 'float64' });
  const expected: Tensor = convolution(inDouble(x), inDouble(weight), undefined, [1, 1], [1, 1]);
  const error = inDouble(got).sub(expected).abs().max().item();
  expect(error / expected.abs().max().item()).toBeLessThan(1e-5);
}

test('filters in the memory of a typed array are read anew every time', () => {
  const array = Float32Array.from({ length: 8 * 8 * 9 }, (_, index) => Math.sin(index));
  const [x, weight] = [images(8), fromTypedArray(array, [8, 8, 3, 3])];
  for (let call = 0; call < 2; call++) conv2d(x, weight, { padding: 1 });
  array[0] = 5;
  expectConvolved(conv2d(x, weight, { padding: 1 }), x, weight);
});
