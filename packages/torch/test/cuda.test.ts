import { afterAll, describe, expect, it } from 'vitest';

import {
  autocast,
  batchNorm,
  clipGradNorm,
  conv2d,
  crossEntropy,
  CudaGraph,
  cudaIsAvailable,
  Generator,
  getRandomState,
  grad,
  Linear,
  manualSeed,
  noGrad,
  ones,
  rand,
  randn,
  setRandomState,
  SGD,
  synchronize,
  tensor,
  type Tensor,
} from '../src/index.ts';

// The CUDA paths against the CPU ones, which other tests hold to PyTorch.

const missing = !cudaIsAvailable();
if (missing) process.stdout.write('cuda.test.ts is skipped: libtorch finds no CUDA device.\n');

const generator = new Generator({ seed: 3 });

function normal(...shape: number[]): Tensor {
  return randn(shape, { generator });
}

function onCuda(value: Tensor): Tensor {
  return value.detach().to({ device: 'cuda' }).requiresGrad_();
}

/** Root of the mean squared error over that of the expected values. */
function relativeError(actual: Tensor, expected: Tensor): number {
  return noGrad(() => {
    const [got, wanted] = [actual, expected].map((one) => one.to({ device: 'cpu' })) as [
      Tensor,
      Tensor,
    ];
    return Math.sqrt(got.sub(wanted).pow(2).mean().item() / wanted.pow(2).mean().item());
  });
}

/** The largest relative error of a function's result and of its gradients, CUDA beside CPU. */
function parity(inputs: Tensor[], compute: (...given: never[]) => Tensor): number {
  // Not the outputs themselves: the gradient of the sum of squares of a normalized batch is 0.
  let outer: Tensor | undefined;
  const run = (leaves: Tensor[]): Tensor[] => {
    const output = compute(...(leaves as never[]));
    outer ??= normal(...output.shape);
    const { device, dtype } = output;
    return [output, ...(grad(output.mul(outer.to({ device, dtype })).sum(), leaves) as Tensor[])];
  };
  const expected = run(inputs.map((input) => input.detach().requiresGrad_()));
  const actual = run(inputs.map(onCuda));
  const errors = expected.map((one, index) => relativeError(actual[index] ?? one.mul(NaN), one));
  return errors.every(Number.isFinite) ? Math.max(...errors) : NaN;
}

describe.skipIf(missing)('on a CUDA device', () => {
  afterAll(() => synchronize('cuda'));

  it('tensors arrive, say where they are and come back unchanged', () => {
    const values = normal(3, 4);
    const there = values.to({ device: 'cuda' });
    expect(there.device).toMatch(/^cuda(:0)?$/);
    expect(there.to({ device: 'cpu' }).toArray()).toEqual(values.toArray());
    expect(there.toArray()).toEqual(values.toArray());
    expect(ones([2], { device: 'cuda' }).sum().item()).toBe(2);
  });

  it('two devices do not mix', () => {
    expect(() => ones([2]).add(ones([2], { device: 'cuda' }))).toThrow(/cuda/);
  });

  it('a gradient lies where its tensor does', () => {
    const x = ones([2], { device: 'cuda', requiresGrad: true });
    expect(() => (x.grad = ones([2]))).toThrow(/expected the gradient to be on cuda:0, got cpu/);
    x.grad = ones([2], { device: 'cuda' });
    expect(x.grad?.toArray()).toEqual([1, 1]);
  });

  it('modules move with their parameters', () => {
    const model = new Linear(3, 2).to({ device: 'cuda' });
    expect(model.parameters().every(({ device }) => device.startsWith('cuda'))).toBe(true);
    expect(model.forward(ones([1, 3], { device: 'cuda' })).shape).toEqual([1, 2]);
  });

  it('a generator repeats its numbers from a state, and leaves the CPU alone', () => {
    const before = getRandomState().toArray();
    const own = new Generator({ device: 'cuda', seed: 5 });
    const draw = (): unknown => rand([8], { device: 'cuda', generator: own }).toArray();
    const state = own.getState();
    const first = draw();
    expect(draw()).not.toEqual(first);
    own.setState(state);
    expect(draw()).toEqual(first);
    expect(new Generator({ device: 'cuda', seed: 5 }).seed).toBe(5n);
    expect(getRandomState().toArray()).toEqual(before);
  });

  it('manualSeed and the default state reach the device', () => {
    const draw = (): unknown => rand([8], { device: 'cuda' }).toArray();
    manualSeed(9);
    const state = getRandomState('cuda');
    const first = draw();
    setRandomState(state, 'cuda');
    expect(draw()).toEqual(first);
    manualSeed(9);
    expect(draw()).toEqual(first);
    manualSeed(10);
    expect(draw()).not.toEqual(first);
  });

  it('autocast multiplies matrices in bfloat16, and only inside', () => {
    const matrix = onCuda(normal(8, 8));
    expect(autocast({ device: 'cuda' }, () => matrix.matmul(matrix).dtype)).toBe('bfloat16');
    const half = { device: 'cuda', dtype: 'float16' } as const;
    expect(autocast(half, () => matrix.matmul(matrix).dtype)).toBe('float16');
    expect(matrix.matmul(matrix).dtype).toBe('float32');
  });

  it('conv2d and its gradients are those of the CPU', () => {
    const inputs = [normal(4, 8, 12, 12), normal(16, 8, 3, 3), normal(16)];
    const convolve = (x: Tensor, weight: Tensor, bias: Tensor): Tensor =>
      conv2d(x, weight, { bias, padding: 1 });
    // libtorch lets cuDNN round float32 factors to 10 bits (TF32): 2^-11 is 5e-4.
    expect(parity(inputs, convolve)).toBeLessThan(1e-3);
    const double = inputs.map((input) => input.to({ dtype: 'float64' }));
    expect(parity(double, convolve)).toBeLessThan(1e-10);
  });

  it.each([
    ['alone', {}],
    ['with ReLU and pooling', { activation: 'relu', pool: true }],
  ] as const)('batchNorm %s and its gradients are those of the CPU', (_, more) => {
    const inputs = [normal(4, 8, 12, 12), normal(8), normal(8)];
    const normalize = (x: Tensor, weight: Tensor, bias: Tensor): Tensor =>
      batchNorm(x, { weight, bias, training: true, ...more });
    expect(parity(inputs, normalize)).toBeLessThan(1e-4);
  });

  it('a step of an optimizer changes the weights as on the CPU', () => {
    const [points, sides] = [normal(16, 4), tensor([0, 1, 2, 1], { dtype: 'int64' })];
    const after = (device: string): Tensor => {
      manualSeed(1);
      const model = new Linear(4, 3).to({ device });
      const settings = { lr: 0.1, momentum: 0.9, nesterov: true, weightDecay: 0.01 };
      const optimizer = new SGD(model.parameters(), settings);
      const labels = sides.to({ device }).expand([4, 4]).reshape([16]);
      crossEntropy(model.forward(points.to({ device })), labels).backward();
      clipGradNorm(model.parameters(), 0.5);
      optimizer.step();
      return model.weight.detach();
    };
    expect(relativeError(after('cuda'), after('cpu'))).toBeLessThan(1e-4);
  });

  it('a hook sees the gradient there and may replace it', () => {
    const x = onCuda(tensor([1, 2]));
    const devices: string[] = [];
    const y = x.mul(3);
    y.registerHook((gradient) => {
      devices.push(gradient.device);
      return gradient.mul(10);
    });
    y.sum().backward();
    expect(devices).toEqual([expect.stringMatching(/^cuda/)]);
    expect(x.grad?.toArray()).toEqual([30, 30]);
  });

  it('a graph computes anew from what its input holds now', () => {
    const input = ones([3], { device: 'cuda' });
    const graph = new CudaGraph('cuda');
    const output = graph.capture(() => input.mul(2).add(1));
    graph.replay();
    expect(output.toArray()).toEqual([3, 3, 3]);
    input.copy_(tensor([1, 2, 3]));
    graph.replay();
    expect(output.toArray()).toEqual([3, 5, 7]);
    graph.dispose();
    expect(() => graph.replay()).toThrow('CudaGraph: expected capture before replay');
  });

  it('a graph draws new random numbers at every replay, the same ones from a seed', () => {
    const graph = new CudaGraph('cuda');
    const drawn = graph.capture(() => rand([4], { device: 'cuda' }));
    const draw = (): unknown => {
      graph.replay();
      return drawn.toArray();
    };
    manualSeed(3);
    const first = draw();
    expect(draw()).not.toEqual(first);
    manualSeed(3);
    expect(draw()).toEqual(first);
  });

  it('work that reads from the device cannot be recorded, and leaves the device usable', () => {
    const input = ones([2], { device: 'cuda' });
    const graph = new CudaGraph('cuda');
    expect(() => graph.capture(() => input.sum().item())).toThrow(/captur/);
    expect(input.add(1).toArray()).toEqual([2, 2]);
    const output = graph.capture(() => input.add(4));
    graph.replay();
    expect(output.toArray()).toEqual([5, 5]);
  });
});
