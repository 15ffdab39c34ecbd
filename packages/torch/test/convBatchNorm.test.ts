import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import {
  type AfterConvolution,
  BatchNorm2d,
  Conv2d,
  convBatchNorm,
  Generator,
  grad,
  noGrad,
  operator,
  randn,
  type Tensor,
  zeros,
} from '../src/index.ts';

// The fused convolution and batch norm against ATen's operators one after the other, in float64.

const convolution = operator('aten::conv2d');
const batchNormalization = operator('aten::batch_norm');
const maxPool = operator('aten::max_pool2d');
const activations: Record<string, (x: Tensor) => Tensor> = {
  none: (x) => x,
  relu: (x) => x.relu(),
  gelu: operator('aten::gelu'),
  silu: operator('aten::silu'),
};

const generator = new Generator({ seed: 2 });

function leaf(tensor: Tensor, dtype: 'float32' | 'float64'): Tensor {
  return tensor.detach().to({ dtype, copy: true }).requiresGrad_();
}

function images(...shape: number[]): Tensor {
  return randn(shape, { generator }).to({ memoryFormat: 'channelsLast' });
}

function relativeError(actual: Tensor, expected: Tensor): number {
  return noGrad(() => {
    const error = actual.to({ dtype: 'float64' }).sub(expected);
    return Math.sqrt(error.pow(2).mean().item() / (expected.pow(2).mean().item() + 1e-300));
  });
}

test('a single value a channel, after the pool too, is refused in training', () => {
  const filters = randn([8, 8, 3, 3], { generator });
  const small = images(1, 8, 3, 2);
  expect(() => convBatchNorm(small, filters, { training: true, poolFirst: true })).toThrow(
    'expected images to have more than 1 value per channel in training, got (1, 8, 3, 2).',
  );
  expect(convBatchNorm(small, filters, { training: true }).shape).toEqual([1, 8, 3, 2]);
});

test('a stride of nothing is refused', () => {
  const fused = operator('ocelli::conv3x3_batch_norm_act');
  const [x, filters] = [images(1, 8, 4, 4), randn([8, 8, 3, 3], { generator })];
  const statistics = [undefined, undefined, zeros([8]), zeros([8]), false, 0.1, 1e-5];
  expect(() => fused(x, filters, ...statistics, 'none', undefined, false, 'none', 0)).toThrow(
    'expected stride to be above 0, got 0',
  );
});

interface Case {
  readonly shape: readonly [n: number, c: number, k: number, h: number, w: number];
  readonly stride: 1 | 2;
  readonly activation: string;
  readonly pooling: 'none' | 'before' | 'after';
  readonly addition: 'none' | 'addBeforeActivation' | 'addToResult';
  readonly training: boolean;
}

/** Output, running statistics, gradients of input, filters, weight, bias and addend. */
function compute(given: Case, source: Tensor[], fused: boolean): Tensor[] {
  const dtype = fused ? 'float32' : 'float64';
  const [x, filters, weight, bias, addend, upstream, mean, variance] = source.map((tensor) =>
    leaf(tensor, dtype),
  ) as [Tensor, Tensor, Tensor, Tensor, Tensor, Tensor, Tensor, Tensor];
  const { stride, activation, pooling, addition, training } = given;
  const [runningMean, runningVar] = [mean.detach(), variance.detach()];
  const output = fused
    ? convBatchNorm(x, filters, {
        ...{ weight, bias, runningMean, runningVar, training, stride },
        activation: activation as 'relu',
        pool: pooling === 'after',
        poolFirst: pooling === 'before',
        ...(addition !== 'none' && { [addition]: addend }),
      })
    : plain(given, [x, filters, weight, bias, addend, runningMean, runningVar]);
  const inputs = [x, filters, weight, bias, ...(addition === 'none' ? [] : [addend])];
  const gradients = grad(output.mul(upstream.detach()).sum(), inputs) as Tensor[];
  return [output, runningMean, runningVar, ...gradients];
}

function plain(given: Case, tensors: Tensor[]): Tensor {
  const [x, filters, weight, bias, addend, mean, variance] = tensors;
  const { stride, activation, pooling, addition, training } = given;
  const state = [weight, bias, mean, variance, training];
  let y: Tensor = convolution(x, filters, undefined, stride, 1);
  if (pooling === 'before') y = maxPool(y, [2, 2]);
  y = batchNormalization(y, ...state, 0.1, 1e-5, false);
  if (addition === 'addBeforeActivation') y = y.add(addend as Tensor);
  y = (activations[activation] as (x: Tensor) => Tensor)(y);
  if (pooling === 'after') y = maxPool(y, [2, 2]);
  return addition === 'addToResult' ? y.add(addend as Tensor) : y;
}

/** Pixels a side of what the convolution gives, and of what comes out in the end. */
function outputsOf({ stride, pooling }: Case, size: number): [number, number] {
  const convolved = Math.ceil(size / stride);
  return [convolved, pooling === 'none' ? convolved : Math.floor(convolved / 2)];
}

function sourceOf(given: Case): Tensor[] {
  const [n, c, k, h, w] = given.shape;
  const out = [n, k, outputsOf(given, h)[1], outputsOf(given, w)[1]];
  const channels = (): Tensor => randn([k], { generator });
  const filters = randn([k, c, 3, 3], { generator }).mul(1 / (3 * Math.sqrt(c)));
  const state = [channels(), channels().abs().add(0.5)];
  return [
    images(n, c, h, w).add(0.5),
    filters,
    channels(),
    channels(),
    images(...out),
    images(...out),
    ...state,
  ];
}

const cases: fc.Arbitrary<Case> = fc
  .record({
    shape: fc.tuple(
      fc.integer({ min: 1, max: 3 }),
      fc.integer({ min: 8, max: 36 }),
      fc.integer({ min: 8, max: 36 }),
      fc.integer({ min: 2, max: 33 }),
      fc.integer({ min: 2, max: 33 }),
    ),
    stride: fc.constantFrom(1 as const, 2 as const),
    activation: fc.constantFrom('none', 'relu', 'gelu', 'silu'),
    pooling: fc.constantFrom('none' as const, 'before' as const, 'after' as const),
    addition: fc.constantFrom(
      'none' as const,
      'addBeforeActivation' as const,
      'addToResult' as const,
    ),
    training: fc.boolean(),
  })
  // An addend before the activation has the size before a pool after it.
  .filter(({ pooling, addition }) => !(pooling === 'after' && addition === 'addBeforeActivation'))
  // A variance of few values is ill-conditioned: no rounding error then is small.
  .filter((given) => {
    const [n, , , h, w] = given.shape;
    const rest = (size: number): number => Math.floor(outputsOf(given, size)[0] / 2);
    return n * rest(h) * rest(w) >= 16;
  });

describe('convolution with batch norm', () => {
  const expectAgreement = (given: Case): void => {
    const source = sourceOf(given);
    const expected = compute(given, source, false);
    compute(given, source, true).forEach((actual, index) => {
      const error = relativeError(actual, expected[index] as Tensor);
      expect(error, `tensor ${index}`).toBeLessThan(3e-5);
    });
  };

  test('agrees with float64 in values, statistics and gradients', () => {
    fc.assert(fc.property(cases, expectAgreement), { numRuns: 16, seed: 1 });
  });

  // So few channels are convolved by libtorch.
  test.each([true, false])('agrees in a first layer, training %s', (training) => {
    const rest = { stride: 1, activation: 'silu', addition: 'none', training } as const;
    expectAgreement({ shape: [2, 3, 16, 9, 8], pooling: 'none', ...rest });
    expectAgreement({ shape: [2, 3, 16, 9, 8], pooling: 'after', ...rest });
  });

  test('in evaluation without gradients agrees as well', () => {
    fc.assert(
      fc.property(cases, (drawn) => {
        const given = { ...drawn, training: false };
        const [x, filters, weight, bias, addend, , mean, variance] = sourceOf(given) as Tensor[];
        const { stride, activation, pooling, addition } = given;
        const double = [x, filters, weight, bias, addend, mean, variance].map((tensor) =>
          (tensor as Tensor).to({ dtype: 'float64' }),
        );
        const actual = noGrad(() =>
          convBatchNorm(x as Tensor, filters as Tensor, {
            ...{ weight, bias, runningMean: mean, runningVar: variance, stride },
            activation: activation as 'relu',
            pool: pooling === 'after',
            poolFirst: pooling === 'before',
            ...(addition !== 'none' && { [addition]: addend }),
          }),
        );
        expect(relativeError(actual, plain(given, double))).toBeLessThan(1e-5);
      }),
      { numRuns: 16, seed: 1 },
    );
  });

  test('without gradients a first layer gives the bits that it gives with them, and keeps its operands', () => {
    const [x, filters, addend] = [images(3, 3, 9, 9), images(24, 3, 3, 3), images(3, 24, 9, 9)];
    const statistics = { runningMean: zeros([24]).fill_(0.5), runningVar: zeros([24]).fill_(2) };
    for (const addition of [{}, { addToResult: addend }, { pool: true }, { poolFirst: true }]) {
      const options = { ...statistics, activation: 'relu', ...addition } as const;
      const recorded = convBatchNorm(x, leaf(filters, 'float32'), options);
      const copies = [x, filters, addend].map((tensor) => tensor.clone());
      const outputs = [1, 2].map(() => noGrad(() => convBatchNorm(x, filters, options)));
      for (const output of outputs) expect(output.ne(recorded).sum().item()).toBe(0);
      [x, filters, addend].forEach((tensor, index) => {
        expect(
          tensor
            .ne(copies[index] as Tensor)
            .sum()
            .item(),
        ).toBe(0);
      });
    }
  });

  test('has second derivatives through a pool', () => {
    const [x, filters] = [images(2, 8, 6, 6), randn([8, 8, 3, 3], { generator })];
    const second = (dtype: 'float32' | 'float64'): Tensor => {
      const [input, weight] = [leaf(x, dtype), leaf(filters, dtype)];
      const options = { training: true, activation: 'gelu', poolFirst: true } as const;
      const pooled = (): Tensor => maxPool(convolution(input, weight, undefined, 1, 1), [2, 2]);
      const empty = [undefined, undefined, undefined, undefined];
      const y =
        dtype === 'float32'
          ? convBatchNorm(input, weight, options)
          : (activations['gelu'] as (x: Tensor) => Tensor)(
              batchNormalization(pooled(), ...empty, true, 0.1, 1e-5, false),
            );
      const [first] = grad(y.pow(2).mul(y).sum(), [input], { createGraph: true });
      return grad((first as Tensor).pow(2).sum(), [weight])[0] as Tensor;
    };
    // Twice through a variance: ten times the rounding of one derivative.
    expect(relativeError(second('float32'), second('float64'))).toBeLessThan(1e-4);
  });

  test('knows at once when a weight has changed', () => {
    const [x, filters] = [images(2, 16, 8, 8), randn([16, 16, 3, 3], { generator })];
    const state = { runningMean: zeros([16]), runningVar: zeros([16]).fill_(1), eps: 0 };
    const evaluate = (): Tensor => noGrad(() => convBatchNorm(x, filters, state));
    const before = [evaluate(), evaluate(), evaluate()]; // kept from the second time on
    noGrad(() => filters.mul_(2));
    const after = evaluate();
    for (const output of before) expect(output.mul(2).eq(after).all().item()).toBe(1);
  });

  test('refuses other strides and a single value after the stride', () => {
    const [x, filters] = [images(1, 8, 2, 2), randn([8, 8, 3, 3], { generator })];
    expect(() => convBatchNorm(x, filters, { training: true, stride: 3 as 2 })).toThrow(
      'convBatchNorm: expected stride to be 1 or 2, got 3.',
    );
    expect(() => convBatchNorm(x, filters, { training: true, stride: 2 })).toThrow(
      'expected images to have more than 1 value per channel in training',
    );
  });

  test('refuses two pools', () => {
    const [x, filters] = [images(2, 8, 4, 4), randn([8, 8, 3, 3], { generator })];
    const options = { training: true, pool: true, poolFirst: true };
    expect(() => convBatchNorm(x, filters, options)).toThrow(
      'convBatchNorm: expected pool to be false with poolFirst, got true.',
    );
  });
});

describe('BatchNorm2d.forwardConvolved', () => {
  const layers = (kernelSize = 3, stride = 1): [Conv2d, BatchNorm2d] => [
    new Conv2d(8, 16, kernelSize, { stride, padding: 1, bias: false }),
    new BatchNorm2d(16),
  ];
  const after: AfterConvolution = { activation: 'gelu', poolFirst: true };

  test.each([
    [3, 1],
    [3, 2],
    [3, 3],
    [2, 1],
  ])('is batch norm of a convolution of %i pixels a side with stride %i', (kernelSize, stride) => {
    const x = images(4, 8, 7, 7);
    const [conv, norm] = layers(kernelSize, stride);
    const expected = norm.forward(maxPool(conv.forward(x), [2, 2]), { activation: 'gelu' });
    expect(relativeError(norm.forwardConvolved(conv, x, after), expected)).toBeLessThan(1e-5);
  });

  test('obeys hooks on either module', () => {
    const x = images(4, 8, 7, 7);
    const [conv, norm] = layers();
    const seen: string[] = [];
    conv.registerForwardHook(() => void seen.push('conv'));
    norm.registerForwardHook(() => void seen.push('norm'));
    norm.forwardConvolved(conv, x);
    expect(seen).toEqual(['conv', 'norm']);
  });
});
