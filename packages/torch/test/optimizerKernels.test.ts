import { afterEach, describe, expect, test } from 'vitest';
import {
  Adam,
  AdamW,
  conv2d,
  Generator,
  getNumThreads,
  randn,
  setNumThreads,
  SGD,
  type Tensor,
} from '../src/index.ts';

// Numbers of float64 never meet a kernel: ATen's lists of operators compute with them, as PyTorch's do.

type Make = (parameters: Tensor[]) => SGD | Adam | AdamW;

const makers: [string, Make][] = [
  ['momentum', (all) => new SGD(all, { lr: 0.1, momentum: 0.9 })],
  [
    'dampening',
    (all) => new SGD(all, { lr: 0.1, momentum: 0.9, dampening: 0.5, weightDecay: 0.1 }),
  ],
  ['Nesterov', (all) => new SGD(all, { lr: 0.1, momentum: 0.8, nesterov: true, weightDecay: 0.1 })],
  ['climbing', (all) => new SGD(all, { lr: 0.1, momentum: 0.9, nesterov: true, maximize: true })],
  ['Adam', (all) => new Adam(all, { lr: 0.1 })],
  ['Adam with a penalty', (all) => new Adam(all, { lr: 0.1, weightDecay: 0.3, betas: [0.8, 0.9] })],
  ['AdamW', (all) => new AdamW(all, { lr: 0.1, weightDecay: 0.3, maximize: true })],
  ['AMSGrad', (all) => new AdamW(all, { lr: 0.1, eps: 0.01, amsgrad: true })],
];

/** Sizes below, at and above whole vectors, and one that several threads share. */
const shapes = [[1], [7], [16], [5, 3, 3, 3], [33, 4099]];

/** Three steps along the same directions, from the same place. */
function walk(make: Make, dtype: 'float32' | 'float64', layOut = (one: Tensor) => one): Tensor[] {
  const generator = new Generator({ seed: 3 });
  const draw = (shape: readonly number[]) => layOut(randn(shape, { generator })).to({ dtype });
  const parameters = shapes.map((shape) => draw(shape).requiresGrad_());
  const optimizer = make(parameters);
  for (let step = 0; step < 3; step++) {
    for (const parameter of parameters) parameter.grad = draw(parameter.shape);
    optimizer.step();
  }
  return [...parameters, ...optimizer.stateDict().tensors.values()];
}

function largestDifference(one: Tensor, other: Tensor): number {
  return one.detach().to({ dtype: 'float64' }).sub(other.detach()).abs().max().item();
}

const threads = getNumThreads();
afterEach(() => setNumThreads(threads));

describe.each(makers)('%s', (_, make) => {
  test('moves numbers of float32 as those of float64', () => {
    const exact = walk(make, 'float64');
    for (const [index, tensor] of walk(make, 'float32').entries()) {
      expect(largestDifference(tensor, exact[index] as Tensor)).toBeLessThan(5e-6);
    }
  });

  test('gives the same bits on two threads', () => {
    setNumThreads(1);
    const alone = walk(make, 'float32').map((tensor) => tensor.toArray());
    setNumThreads(2);
    expect(walk(make, 'float32').map((tensor) => tensor.toArray())).toEqual(alone);
  });
});

test('filters that lie in memory channel by channel are moved as others are', () => {
  const [, make] = makers[2] as [string, Make];
  const last = (one: Tensor) =>
    one.dim === 4 ? one.contiguous({ memoryFormat: 'channelsLast' }) : one;
  const plain = walk(make, 'float32').map((tensor) => tensor.toArray());
  expect(walk(make, 'float32', last).map((tensor) => tensor.toArray())).toEqual(plain);
});

test.each(makers)(
  '%s goes on from a saved state to the same bits, whatever the layout',
  (_, make) => {
    const generator = new Generator({ seed: 1 });
    const draw = () =>
      randn([8, 5, 3, 3], { generator }).contiguous({ memoryFormat: 'channelsLast' });
    const [start, first, second] = [draw(), draw(), draw()];
    const one = start.clone().requiresGrad_();
    const optimizer = make([one]);
    one.grad = first;
    optimizer.step();
    const other = one.detach().clone().requiresGrad_();
    const resumed = make([other]);
    const { tensors, ...rest } = optimizer.stateDict();
    // As a file gives them back.
    const read = [...tensors].map(([key, tensor]) => [key, tensor.contiguous()] as const);
    resumed.loadStateDict({ ...rest, tensors: new Map(read) });
    for (const [parameter, its] of [
      [one, optimizer],
      [other, resumed],
    ] as const) {
      parameter.grad = second;
      its.step();
    }
    expect(other.toArray()).toEqual(one.toArray());
  },
);

test('a gradient that lies otherwise in memory than its parameter counts all the same', () => {
  const generator = new Generator({ seed: 1 });
  const start = randn([4, 6], { generator });
  const gradient = randn([4, 6], { generator });
  const step = (given: Tensor) => {
    const parameter = start.clone().requiresGrad_();
    parameter.grad = given;
    new SGD([parameter], { lr: 0.1, momentum: 0.9 }).step();
    return parameter;
  };
  const turned = gradient.t().contiguous().t();
  expect(turned.strides).not.toEqual(gradient.strides);
  expect(largestDifference(step(turned), step(gradient))).toBeLessThan(1e-7);
});

test.each(makers)('a convolution sees the filters that a step has changed: %s', (_, make) => {
  const images = randn([2, 16, 8, 8]).contiguous({ memoryFormat: 'channelsLast' });
  const filters = randn([16, 16, 3, 3]).requiresGrad_();
  // What is made of filters is kept from the second time on that they are seen unchanged.
  const [before] = Array.from({ length: 3 }, () => conv2d(images, filters, { padding: 1 }));
  filters.grad = randn([16, 16, 3, 3]);
  make([filters]).step();
  const after = conv2d(images, filters, { padding: 1 });
  expect(largestDifference(after, before as Tensor)).toBeGreaterThan(0.1);
  expect(largestDifference(after, conv2d(images, filters.clone(), { padding: 1 }))).toBe(0);
});
