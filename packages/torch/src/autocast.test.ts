import { expect, test } from 'vitest';

import { autocast } from './autocast.ts';
import { ones } from './create.ts';
import { conv2d } from './functional/convolution.ts';
import { denseBlock } from './functional/denseBlock.ts';

test('matrix products run in the half type inside, and in their own outside', () => {
  const a = ones([2, 2]);
  expect(autocast({ device: 'cpu' }, () => a.mm(a).dtype)).toBe('bfloat16');
  expect(a.mm(a).dtype).toBe('float32');
});

test('so do 3x3 convolutions, in whichever layout', () => {
  const weight = ones([8, 8, 3, 3]);
  for (const memoryFormat of ['contiguous', 'channelsLast'] as const) {
    const images = ones([1, 8, 4, 4]).to({ memoryFormat });
    const convolved = autocast({ device: 'cpu' }, () => conv2d(images, weight, { padding: 1 }));
    expect(convolved.dtype, memoryFormat).toBe('bfloat16');
  }
});

test('so do dense blocks: their numbers are rounded to it, in whichever layout', () => {
  const norm = (channels: number) => ({
    weight: ones([channels]),
    bias: ones([channels]).mul(0.1),
    runningMean: ones([channels]).mul(0),
    runningVar: ones([channels]),
  });
  const conv1 = ones([128, 32, 1, 1]).mul(0.0123);
  const layer = {
    norm1: norm(32),
    conv1,
    norm2: norm(128),
    conv2: ones([32, 128, 3, 3]).mul(0.0123),
  };
  for (const memoryFormat of ['contiguous', 'channelsLast'] as const) {
    const images = ones([1, 32, 4, 4]).mul(0.777).to({ memoryFormat });
    const exact = denseBlock(images, [layer]);
    const rounded = autocast({ device: 'cpu' }, () => denseBlock(images, [layer]));
    const error = rounded.to({ dtype: 'float32' }).sub(exact).abs().max().item();
    const share = error / exact.max().item();
    expect(share, memoryFormat).toBeGreaterThan(1e-4);
    // A few roundings of at most 2⁻⁸ each. In the other layout libtorch 1.13 rounds each partial sum as well.
    if (memoryFormat === 'channelsLast') expect(share).toBeLessThan(0.03);
  }
});

test('the state before comes back when work throws', () => {
  const fail = (): never => {
    throw new Error('stop');
  };
  expect(() => autocast({ device: 'cpu' }, fail)).toThrow('stop');
  expect(ones([2, 2]).mm(ones([2, 2])).dtype).toBe('float32');
});

test('float16 on the CPU is refused', () => {
  expect(() => autocast({ device: 'cpu', dtype: 'float16' }, () => 1)).toThrow(
    'autocast: expected dtype to be bfloat16 on the CPU, got "float16".',
  );
});
