import { describe, expect, test } from 'vitest';

import {
  type AfterBatchNorm,
  batchNorm,
  conv2d,
  convBatchNorm,
  Generator,
  getNumThreads,
  grad,
  noGrad,
  operator,
  randn,
  setNumThreads,
  type Tensor,
  zeros,
} from '../src/index.ts';

// Ocelli's own kernels against ATen's operators in float64, which they share no code with.

const convolution = operator('aten::conv2d');
const batchNormalization = operator('aten::batch_norm');
const maxPool = operator('aten::max_pool2d');
const gelu = operator('aten::gelu');
const silu = operator('aten::silu');

const generator = new Generator({ seed: 1 });

function normal(...shape: number[]): Tensor {
  return randn(shape, { generator });
}

function images(...shape: [number, number, number, number]): Tensor {
  return normal(...shape).to({ memoryFormat: 'channelsLast' });
}

function leaf(tensor: Tensor, dtype: 'float32' | 'float64' = 'float32'): Tensor {
  return tensor.detach().to({ dtype, copy: true }).requiresGrad_();
}

/** Root of the mean squared error over that of the expected values. */
function relativeError(actual: Tensor, expected: Tensor): number {
  return noGrad(() => {
    const error = actual.to({ dtype: 'float64' }).sub(expected);
    return Math.sqrt(error.pow(2).mean().item() / expected.pow(2).mean().item());
  });
}

/** What `run` gives with each number of threads. */
function withThreads(counts: readonly number[], run: () => (Tensor | undefined)[]): Tensor[][] {
  const before = getNumThreads();
  const results = counts.map((threads) => {
    setNumThreads(threads);
    return run() as Tensor[];
  });
  setNumThreads(before);
  return results;
}

/** How many values differ, tensor by tensor. */
function differences(actual: readonly Tensor[], expected: readonly Tensor[] = []): number[] {
  return actual.map((tensor, index) =>
    tensor
      .ne(expected[index] as Tensor)
      .sum()
      .item(),
  );
}

test('a channel with an infinite pixel is normalised to what ATen makes of it', () => {
  const x = images(2, 8, 3, 3);
  noGrad(() => x.select(1, 2).select(0, 1).fill_(Infinity));
  const statistics = (): Tensor[] => [zeros([8]), zeros([8])];
  const [ownMean, ownVar] = statistics();
  const [mean, variance] = statistics();
  const own = batchNorm(x, {
    training: true,
    ...(ownMean && { runningMean: ownMean }),
    ...(ownVar && { runningVar: ownVar }),
  });
  const expected: Tensor = batchNormalization(
    x.to({ memoryFormat: 'contiguous' }),
    undefined,
    undefined,
    mean,
    variance,
    true,
    0.1,
    1e-5,
    false,
  );
  const isNaN = (tensor: Tensor | undefined): unknown => tensor?.isNaN().flatten().toArray();
  expect(isNaN(own)).toEqual(isNaN(expected));
  expect(isNaN(ownVar)).toEqual(isNaN(variance));
});

describe('conv3x3', () => {
  // Tiles of 1 to 8 pixels, several blocks of channels, a last group that is not full.
  const shapes: [n: number, c: number, k: number, h: number, w: number][] = [
    [2, 64, 128, 32, 32],
    [3, 128, 128, 16, 16],
    [2, 40, 72, 31, 31],
    [5, 16, 24, 15, 7],
    [4, 96, 32, 3, 3],
    [4, 128, 64, 4, 4],
    [1, 8, 8, 1, 1],
    [1, 8, 9, 2, 5],
    [2, 3, 64, 32, 32],
    [7, 33, 17, 8, 8],
    [1, 70, 513, 5, 9],
    [2, 128, 128, 33, 2],
    [2, 513, 40, 6, 6],
    [16, 256, 48, 7, 14],
    [2, 64, 40, 28, 21],
    [8, 128, 128, 24, 24], // sums so large that threads share them, over more than one block of tiles
    [14, 512, 16, 7, 7], // long sums through the largest tiles: over channels,
    [28, 600, 8, 8, 8],
    [4, 300, 24, 32, 32],
    [32, 16, 16, 28, 28], // and, of the weight gradient, over tiles
    [40, 16, 16, 16, 16],
    [512, 16, 16, 32, 32],
    [1000, 16, 16, 28, 28],
  ];

  const cases = [1, 2].flatMap((stride) => shapes.map((shape) => [stride, ...shape] as const));

  test.each(cases)('stride %i: n %i, %i to %i channels, %i x %i pixels', (stride, ...shape) => {
    const [n, c, k, h, w] = shape;
    const [input, weight] = [images(n, c, h, w), normal(k, c, 3, 3)];
    const upstream = images(n, k, Math.ceil(h / stride), Math.ceil(w / stride));
    const [x, f] = [leaf(input), leaf(weight)];
    const [x64, f64] = [leaf(input, 'float64'), leaf(weight, 'float64')];
    const output = conv2d(x, f, { stride, padding: 1 });
    const expected = convolution(x64, f64, undefined, stride, 1) as Tensor;
    const gradOutputs = [upstream];
    const gradients = grad(output, [x, f], { gradOutputs });
    const wanted = grad(expected, [x64, f64], {
      gradOutputs: [upstream.to({ dtype: 'float64' })],
    });
    expect(relativeError(output, expected)).toBeLessThan(1e-5);
    gradients.forEach((gradient, index) => {
      expect(relativeError(gradient as Tensor, wanted[index] as Tensor)).toBeLessThan(1e-5);
    });
    expect(output.isContiguous('channelsLast')).toBe(true);
  });

  test.each([5, 100])(
    'gives the same large weight gradient of %i pictures with any number of threads',
    (n) => {
      const [x, f] = [leaf(images(n, 128, 24, 24)), leaf(normal(128, 128, 3, 3))];
      const upstream = images(n, 128, 24, 24);
      const output = conv2d(x, f, { padding: 1 });
      const [one, ...others] = withThreads([1, 2, 5], () =>
        grad(output, [f], { gradOutputs: [upstream], retainGraph: true }),
      );
      for (const other of others) expect(differences(other, one)).toEqual([0]);
    },
  );

  test('rounds a weight gradient little even if a hundred threads have a part of it', () => {
    const [x, f] = [leaf(images(512, 16, 32, 32)), leaf(normal(16, 16, 3, 3))];
    const upstream = images(512, 16, 32, 32);
    const wide = [x, f, upstream].map((tensor) => leaf(tensor, 'float64')) as [
      Tensor,
      Tensor,
      Tensor,
    ];
    const expected = convolution(wide[0], wide[1], undefined, 1, 1) as Tensor;
    const [wanted] = grad(expected, [wide[1]], { gradOutputs: [wide[2]] });
    const output = conv2d(x, f, { padding: 1 });
    const [[gradient]] = withThreads([100], () =>
      grad(output, [f], { gradOutputs: [upstream] }),
    ) as [[Tensor]];
    expect(relativeError(gradient, wanted as Tensor)).toBeLessThan(1e-5);
  });

  test('gives the same outputs and data gradient whichever thread computes a tile', () => {
    const [x, f] = [leaf(images(5, 64, 40, 40)), leaf(normal(64, 64, 3, 3))];
    const upstream = images(5, 64, 40, 40);
    const [one, ...others] = withThreads([1, 2, 5, 5, 16], () => {
      const output = conv2d(x, f, { padding: 1 });
      return [output, ...grad(output, [x], { gradOutputs: [upstream] })];
    });
    for (const other of others) expect(differences(other, one)).toEqual([0, 0]);
  });

  test('takes the same statistics in every run, and up to rounding with any number of threads', () => {
    const [x, f] = [images(5, 64, 40, 40).add(3), normal(64, 64, 3, 3)];
    const runs = withThreads([5, 5, 5, 5, 1, 2, 16], () => {
      const [runningMean, runningVar] = [zeros([64]), zeros([64])];
      const output = convBatchNorm(x, f, { training: true, runningMean, runningVar });
      return [output, runningMean, runningVar];
    });
    const [first] = runs as [Tensor[]];
    for (const again of runs.slice(1, 4)) expect(differences(again, first)).toEqual([0, 0, 0]);
    for (const [index, expected] of first.entries()) {
      for (const run of runs.slice(4)) {
        expect(relativeError(run[index] as Tensor, expected.to({ dtype: 'float64' }))).toBeLessThan(
          1e-6,
        );
      }
    }
  });

  test('takes weights in any layout and images in the plain one', () => {
    const [input, weight] = [normal(2, 16, 8, 8), normal(24, 16, 3, 3)];
    const expected = convolution(
      input.to({ dtype: 'float64' }),
      weight.to({ dtype: 'float64' }),
      undefined,
      1,
      1,
    );
    const lastFirst = weight.to({ memoryFormat: 'channelsLast' });
    expect(relativeError(conv2d(input, lastFirst, { padding: 1 }), expected)).toBeLessThan(1e-5);
    const reordered = input.to({ memoryFormat: 'channelsLast' });
    expect(relativeError(conv2d(reordered, lastFirst, { padding: 1 }), expected)).toBeLessThan(
      1e-5,
    );
  });

  test.each([1, 2])('has second derivatives with stride %i', (stride) => {
    const [x, f] = [leaf(images(1, 8, 4, 4)), leaf(normal(8, 8, 3, 3))];
    const [x64, f64] = [leaf(x, 'float64'), leaf(f, 'float64')];
    const second = (input: Tensor, weight: Tensor, output: Tensor): Tensor => {
      const [first] = grad(output.pow(2).sum(), [input], { createGraph: true });
      return grad((first as Tensor).pow(2).sum(), [weight])[0] as Tensor;
    };
    const actual = second(x, f, conv2d(x, f, { stride, padding: 1 }));
    const expected = second(x64, f64, convolution(x64, f64, undefined, stride, 1));
    expect(relativeError(actual, expected)).toBeLessThan(1e-5);
  });

  test('an empty batch gives an empty result', () => {
    expect(conv2d(images(0, 8, 4, 4), normal(8, 8, 3, 3), { padding: 1 }).shape).toEqual([
      0, 8, 4, 4,
    ]);
  });
});

describe('batch normalisation and what follows it', () => {
  const activations: Record<string, (x: Tensor) => Tensor> = {
    none: (x) => x,
    relu: (x) => x.relu(),
    gelu: (x) => gelu(x),
    silu: (x) => silu(x),
  };

  /** The same with one operator of ATen after the other, in float64. */
  function plain(x: Tensor, weights: Tensor[], state: Tensor[], after: AfterBatchNorm): Tensor {
    const { activation = 'none', addBeforeActivation, addToResult, pool } = after;
    const [mean, variance] = state;
    let y: Tensor = batchNormalization(x, ...weights, mean, variance, true, 0.1, 1e-5, false);
    if (addBeforeActivation) y = y.add(addBeforeActivation);
    y = (activations[activation] as (x: Tensor) => Tensor)(y);
    if (pool) y = maxPool(y, [2, 2]);
    return addToResult ? y.add(addToResult) : y;
  }

  const cases = Object.keys(activations).flatMap((activation) =>
    [false, true].flatMap((pool) =>
      (['none', 'addBeforeActivation', 'addToResult'] as const).map(
        (addition) => [activation, pool, addition] as const,
      ),
    ),
  );

  test.each(cases)(
    '%s, pool %s, %s: values, gradients, statistics',
    (activation, pool, addition) => {
      const [c, size] = [40, 6];
      const input = images(5, c, size, size).mul(3).add(1);
      const added = addition === 'addToResult' && pool ? size / 2 : size;
      const addend = images(5, c, added, added);
      const upstream = images(5, c, pool ? size / 2 : size, pool ? size / 2 : size);
      const run = (dtype: 'float32' | 'float64', fused: boolean): Tensor[] => {
        const gen = new Generator({ seed: 3 });
        const x = leaf(input, dtype);
        const shared = [randn([c], { generator: gen }), randn([c], { generator: gen })];
        const [weight, bias] = shared.map((tensor) => leaf(tensor, dtype)) as [Tensor, Tensor];
        const state = [zeros([c], { dtype }), zeros([c], { dtype }).fill_(1)] as [Tensor, Tensor];
        const r = leaf(addend, dtype);
        const after = {
          activation: activation as 'relu',
          pool,
          ...(addition !== 'none' && { [addition]: r }),
        };
        const [runningMean, runningVar] = state;
        const y = fused
          ? batchNorm(x, { weight, bias, runningMean, runningVar, training: true, ...after })
          : plain(x, [weight, bias], state, after);
        const inputs = addition === 'none' ? [x, weight, bias] : [x, weight, bias, r];
        return [y, ...(grad(y.mul(upstream.to({ dtype })).sum(), inputs) as Tensor[]), ...state];
      };
      const expected = run('float64', false);
      run('float32', true).forEach((actual, index) => {
        expect(relativeError(actual, expected[index] as Tensor)).toBeLessThan(1e-5);
      });
    },
  );

  test('in evaluation uses the running statistics', () => {
    const x = images(2, 16, 4, 4);
    const [runningMean, runningVar] = [normal(16), normal(16).abs().add(0.5)];
    const y = batchNorm(x, { runningMean, runningVar, activation: 'relu', pool: true });
    const double = (tensor: Tensor): Tensor => tensor.to({ dtype: 'float64' });
    const normalized: Tensor = batchNormalization(
      double(x),
      undefined,
      undefined,
      double(runningMean),
      double(runningVar),
      false,
      0.1,
      1e-5,
      false,
    );
    expect(relativeError(y, maxPool(normalized.relu(), [2, 2]))).toBeLessThan(1e-5);
  });

  test('has second derivatives', () => {
    const input = images(3, 8, 4, 4);
    const run = (dtype: 'float32' | 'float64', fused: boolean): Tensor[] => {
      const [x, weight] = [leaf(input, dtype), leaf(input.mean([0, 2, 3]).add(1), dtype)];
      const after = { activation: 'gelu', pool: true } as const;
      const y = fused
        ? batchNorm(x, { weight, training: true, ...after })
        : plain(x, [weight, zeros([8], { dtype })], [], after);
      const [first] = grad(y.pow(2).sum(), [x], { createGraph: true });
      return [first, ...grad((first as Tensor).pow(2).sum(), [x, weight])] as Tensor[];
    };
    const expected = run('float64', false);
    run('float32', true).forEach((actual, index) => {
      // Twice through a variance: ten times the rounding of one derivative.
      expect(relativeError(actual, expected[index] as Tensor)).toBeLessThan(1e-4);
    });
  });

  test('refuses two additions and unknown activations', () => {
    const x = images(2, 8, 4, 4);
    expect(() => batchNorm(x, { training: true, addToResult: x, addBeforeActivation: x })).toThrow(
      'batchNorm: expected addToResult to be given without addBeforeActivation',
    );
    expect(() => batchNorm(x, { training: true, activation: 'rleu' as 'relu' })).toThrow(
      'batchNorm: expected activation to be one of none, relu, gelu, silu, got "rleu". Did you mean "relu"?',
    );
  });
});
