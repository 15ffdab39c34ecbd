import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  cat,
  denseBlock,
  type DenseBlockOptions,
  type DenseLayerTensors,
  Generator,
  getNumThreads,
  grad,
  noGrad,
  ones,
  operator,
  randn,
  setNumThreads,
  type Tensor,
  zeros,
} from '../src/index.ts';

// The own kernels against ATen's operators in float64, layer by layer.

const convolution = operator('aten::conv2d');
const normalization = operator('aten::batch_norm');
const generator = new Generator({ seed: 1 });

interface Layer {
  /** norm1 weight and bias, conv1, norm2 weight and bias, conv2. */
  readonly parameters: readonly Tensor[];
  /** Running mean and variance of norm1 and norm2. */
  readonly statistics: readonly Tensor[];
}

function near(size: number, center: number): Tensor {
  return randn([size], { generator }).mul(0.2).add(center);
}

function layer(channels: number, width: number, growth: number): Layer {
  const conv1 = randn([width, channels, 1, 1], { generator }).mul(channels ** -0.5);
  const conv2 = randn([growth, width, 3, 3], { generator }).mul((9 * width) ** -0.5);
  const norms = [
    near(channels, 1),
    near(channels, 0),
    conv1,
    near(width, 1),
    near(width, 0),
    conv2,
  ];
  const statistics = [zeros([channels]), ones([channels]), zeros([width]), ones([width])];
  return { parameters: norms, statistics };
}

interface Shape {
  readonly n: number;
  readonly channels: number;
  readonly size: readonly [number, number];
  readonly layers: number;
  readonly growth: number;
}

function layersOf({ channels, layers, growth }: Shape): Layer[] {
  return Array.from({ length: layers }, (_, i) => layer(channels + i * growth, 4 * growth, growth));
}

function images({ n, channels, size }: Shape): Tensor {
  const noise = randn([n, channels, ...size], { generator });
  return noise.mul(2).add(0.5).to({ memoryFormat: 'channelsLast' });
}

function copies(layers: readonly Layer[], dtype: 'float32' | 'float64'): Layer[] {
  const copy = (tensor: Tensor): Tensor => tensor.detach().to({ dtype, copy: true });
  return layers.map(({ parameters, statistics }) => ({
    parameters: parameters.map((tensor) => copy(tensor).requiresGrad_()),
    statistics: statistics.map(copy),
  }));
}

function tensorsOf({ parameters, statistics }: Layer): DenseLayerTensors {
  const [a, b, conv1, c, d, conv2] = parameters as [Tensor, Tensor, Tensor, Tensor, Tensor, Tensor];
  const [mean1, var1, mean2, var2] = statistics as [Tensor, Tensor, Tensor, Tensor];
  const norm1 = { weight: a, bias: b, runningMean: mean1, runningVar: var1 };
  const norm2 = { weight: c, bias: d, runningMean: mean2, runningVar: var2 };
  return { norm1, conv1, norm2, conv2 };
}

function plain(input: Tensor, layers: readonly Layer[], options: DenseBlockOptions): Tensor {
  const { training = false, momentum = 0.1, eps = 1e-5 } = options;
  const activated = (x: Tensor, of: DenseLayerTensors['norm1']): Tensor =>
    (
      normalization(
        x,
        ...[of.weight, of.bias, of.runningMean, of.runningVar],
        ...[training, momentum, eps, false],
      ) as Tensor
    ).relu();
  return layers.map(tensorsOf).reduce((x, { norm1, conv1, norm2, conv2 }) => {
    const hidden = convolution(activated(x, norm1), conv1, undefined) as Tensor;
    return cat([x, convolution(activated(hidden, norm2), conv2, undefined, 1, 1) as Tensor], 1);
  }, input);
}

/** Root of the mean squared error over that of the expected values. */
function relativeError(actual: Tensor, expected: Tensor): number {
  return noGrad(() => {
    const error = actual.to({ dtype: 'float64' }).sub(expected.to({ dtype: 'float64' }));
    const size = expected.pow(2).mean().item();
    return Math.sqrt(error.pow(2).mean().item() / Math.max(size, 1e-12));
  });
}

/** The output, the gradients of the input and of all parameters, and the running statistics. */
function results(
  block: (input: Tensor, layers: readonly Layer[]) => Tensor,
  [input, layers, upstream]: readonly [Tensor, readonly Layer[], Tensor],
): Tensor[] {
  const leaf = input.detach().requiresGrad_();
  const output = block(leaf, layers);
  const inputs = [leaf, ...layers.flatMap(({ parameters }) => parameters)];
  const gradients = grad(output, inputs, { gradOutputs: [upstream] }) as Tensor[];
  return [output, ...gradients, ...layers.flatMap(({ statistics }) => statistics)];
}

function own(options: DenseBlockOptions) {
  return (input: Tensor, layers: readonly Layer[]): Tensor =>
    denseBlock(input, layers.map(tensorsOf), options);
}

/** The largest errors of what the forward pass gives, and of the gradients. */
function worstErrors(shape: Shape, options: DenseBlockOptions): { values: number; grads: number } {
  const layers = layersOf(shape);
  const input = images(shape);
  const total = shape.channels + shape.layers * shape.growth;
  const upstream = images({ ...shape, channels: total });
  const actual = results(own(options), [input, copies(layers, 'float32'), upstream]);
  const wide = [input, upstream].map((tensor) => tensor.to({ dtype: 'float64' }));
  const expected = results(
    (x, parts) => plain(x, parts, options),
    [wide[0] as Tensor, copies(layers, 'float64'), wide[1] as Tensor],
  );
  const errors = actual.map((tensor, i) => relativeError(tensor, expected[i] as Tensor));
  const firstStatistic = 2 + 6 * shape.layers;
  return {
    values: Math.max(errors[0] as number, ...errors.slice(firstStatistic)),
    grads: Math.max(...errors.slice(1, firstStatistic)),
  };
}

// A value at a ReLU's edge falls to one side in float32 and to the other in float64, which moves a
// gradient by a ten-thousandth; a wrong term moves it by a hundredth and more.
function expectAgreement(shape: Shape, options: DenseBlockOptions): void {
  const { values, grads } = worstErrors(shape, options);
  expect(values).toBeLessThan(1e-5);
  expect(grads).toBeLessThan(1e-3);
}

const small: Shape = { n: 2, channels: 32, size: [5, 7], layers: 2, growth: 32 };

describe('denseBlock', () => {
  const shapes: Shape[] = [
    { n: 3, channels: 64, size: [25, 25], layers: 3, growth: 32 },
    { n: 2, channels: 256, size: [6, 6], layers: 2, growth: 32 },
    { n: 5, channels: 32, size: [3, 3], layers: 4, growth: 32 },
    { n: 1, channels: 96, size: [13, 9], layers: 1, growth: 64 },
    { n: 3, channels: 16, size: [8, 8], layers: 2, growth: 8 }, // composite
  ];
  test.each(shapes)(
    'agrees with float64 forward, in all gradients and in statistics: %o',
    (shape) => {
      expectAgreement(shape, { training: true });
      expectAgreement(shape, { training: false });
    },
  );

  test('agrees on any number of pixels', { timeout: 60_000 }, () => {
    const side = fc.integer({ min: 1, max: 17 });
    const sizes = fc.record({ n: fc.integer({ min: 1, max: 4 }), size: fc.tuple(side, side) });
    fc.assert(
      fc.property(sizes, ({ n, size }) => {
        expectAgreement({ ...small, n, size, layers: 1 }, { training: false });
      }),
      { numRuns: 10 },
    );
  });

  test('momentum and eps take effect', () => {
    const layers = layersOf(small);
    const input = images(small);
    const run = (options: DenseBlockOptions): [Tensor, Tensor] => {
      const parts = copies(layers, 'float32');
      const output = own(options)(input, parts);
      return [output, parts[0]?.statistics[0] as Tensor];
    };
    const training = true;
    expectAgreement(small, { training, momentum: 0.7, eps: 0.3 });
    const [output, mean] = run({ training });
    expect(relativeError(run({ training, eps: 0.3 })[0], output)).toBeGreaterThan(1e-3);
    expect(relativeError(run({ training, momentum: 0.7 })[1], mean)).toBeGreaterThan(1e-3);
    expect(relativeError(run({ training: false })[0], output)).toBeGreaterThan(1e-3);
  });

  test('second derivatives are those of the layers', () => {
    const penalty = (block: (x: Tensor, parts: readonly Layer[]) => Tensor): Tensor => {
      const leaf = images(small).requiresGrad_();
      const parts = copies(shared, 'float32');
      const weight = parts[0]?.parameters[2] as Tensor;
      const options = { createGraph: true };
      const [gradient] = grad(block(leaf, parts).pow(2).sum(), [leaf], options) as [Tensor];
      return grad(gradient.pow(2).sum(), [weight])[0] as Tensor;
    };
    const shared = layersOf(small);
    const options = { training: true };
    const errors = [3, 4, 5, 6, 7].map((seed) => {
      const seeded = (block: Parameters<typeof penalty>[0]): Tensor => {
        generator.manualSeed(seed);
        return penalty(block);
      };
      const expected = seeded((x, parts) => plain(x, parts, options));
      return relativeError(seeded(own(options)), expected);
    });
    // Rounding puts a number at the kink of ReLU on either side, and its second derivative with it: hence the middle one.
    expect(errors.toSorted((one, other) => one - other)[2]).toBeLessThan(1e-4);
  });

  test('another number of threads changes rounding only, the same number nothing', () => {
    const layers = layersOf(small);
    const input = images(small);
    const upstream = images({ ...small, channels: 96 });
    const run = (threads: number): Tensor[] => {
      setNumThreads(threads);
      return results(own({ training: true }), [input, copies(layers, 'float32'), upstream]);
    };
    const before = getNumThreads();
    try {
      const [one, two, again] = [run(1), run(2), run(2)];
      two.forEach((tensor, i) => {
        expect(relativeError(one[i] as Tensor, tensor)).toBeLessThan(1e-5);
        expect((again[i] as Tensor).sub(tensor).abs().max().item()).toBe(0);
      });
    } finally {
      setNumThreads(before);
    }
  });

  test('refuses images that do not fit, and a single value per channel', () => {
    const parts = layersOf(small).map(tensorsOf);
    expect(() => denseBlock(zeros([2, 31, 4, 4]), parts)).toThrow(/31/);
    expect(() => denseBlock(zeros([1, 32, 1, 1]), parts, { training: true })).toThrow(
      'denseBlock: expected images to have more than 1 value per channel in training, got (1, 32, 1, 1).',
    );
  });
});
