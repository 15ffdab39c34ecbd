import { describe, expect, test } from 'vitest';

import {
  batchNorm,
  conv2d,
  denseBlock,
  Generator,
  grad,
  noGrad,
  ones,
  randn,
  type Tensor,
  zeros,
} from '../src/index.ts';

// Where one operand of a kernel is computed from another, gradients that can be differentiated again
// are still those of each operand alone: the same numbers as gradients that cannot.

const generator = new Generator({ seed: 7 });

function images(channels: number): Tensor {
  return randn([2, channels, 6, 5], { generator })
    .to({ memoryFormat: 'channelsLast' })
    .requiresGrad_();
}

function filters(outputs: number, inputs: number, size = 3): Tensor {
  return randn([outputs, inputs, size, size], { generator }).mul(0.1).requiresGrad_();
}

const norm = { training: true, weight: ones([8]), bias: zeros([8]) };

const cases: Record<string, () => { leaves: Tensor[]; output: Tensor }> = {
  'a convolution of one with the same filters': () => {
    const [x, w] = [images(8), filters(8, 8)];
    const once = conv2d(x, w, { padding: 1 });
    return { leaves: [x, w], output: conv2d(once, w, { padding: 1 }) };
  },
  'a norm that adds what it is computed from': () => {
    const [x, w] = [images(8), filters(8, 8)];
    const convolved = conv2d(x, w, { padding: 1 });
    const output = batchNorm(convolved, { ...norm, addBeforeActivation: x, activation: 'relu' });
    return { leaves: [x, w], output };
  },
  'a norm that adds its own input': () => {
    const x = images(8);
    return {
      leaves: [x],
      output: batchNorm(x, { ...norm, addBeforeActivation: x, activation: 'silu' }),
    };
  },
  'a norm that adds what alone has a gradient': () => {
    const [x, residual] = [images(8).detach(), images(8)];
    return { leaves: [residual], output: batchNorm(x, { ...norm, addToResult: residual }) };
  },
  'a dense block of pictures made by its own filters': () => {
    const [x, conv1] = [images(32), filters(128, 32, 1)];
    const made = conv2d(conv2d(x, conv1), filters(32, 128, 1)).to({ memoryFormat: 'channelsLast' });
    const normOf = (channels: number) => ({
      weight: ones([channels]),
      bias: zeros([channels]),
      runningMean: zeros([channels]),
      runningVar: ones([channels]),
    });
    const layer = { norm1: normOf(32), conv1, norm2: normOf(128), conv2: filters(32, 128) };
    return { leaves: [x, conv1], output: denseBlock(made, [layer], { training: true }) };
  },
};

describe('gradients that can be differentiated again', () => {
  test.each(Object.keys(cases))('%s', (name) => {
    const { leaves, output } = (cases[name] as (typeof cases)[string])();
    const loss = output.mul(randn(output.shape, { generator })).sum();
    const plain = grad(loss, leaves, { retainGraph: true });
    const recorded = grad(loss, leaves, { createGraph: true });
    for (const [index, expected] of plain.entries()) {
      const got = recorded[index] as Tensor;
      const error = noGrad(() =>
        got
          .sub(expected as Tensor)
          .abs()
          .max()
          .item(),
      );
      const size = noGrad(() => (expected as Tensor).abs().max().item());
      expect(error / size, `leaf ${index}`).toBeLessThan(1e-4);
    }
  });
});
