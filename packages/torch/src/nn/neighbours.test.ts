import { afterEach, describe, expect, test, vi } from 'vitest';
import {
  BatchNorm2d,
  Conv2d,
  GELU,
  grad,
  manualSeed,
  MaxPool2d,
  type Module,
  noGrad,
  randn,
  ReLU,
  Sequential,
  SiLU,
  type Tensor,
} from '../index.ts';

const joined = vi.spyOn(BatchNorm2d.prototype, 'forwardConvolved');
const normed = vi.spyOn(BatchNorm2d.prototype, 'forward');
afterEach(() => {
  joined.mockClear();
  normed.mockClear();
});

manualSeed(1);
const images = randn([3, 8, 9, 6]).to({ memoryFormat: 'channelsLast' });

function oneByOne(modules: readonly Module[], input: Tensor): Tensor {
  return modules.reduce((output, module) => module.forward(output), input);
}

function largestDifference(a: Tensor, b: Tensor): number {
  return noGrad(() => a.sub(b).abs().max().item());
}

const cases: Record<string, () => Module[]> = {
  'convolution and norm': () => [new Conv2d(8, 16, 3, { padding: 1, bias: false })],
  'convolution with a bias': () => [new Conv2d(8, 16, 3, { padding: 1 })],
  'strided convolution': () => [new Conv2d(8, 16, 3, { stride: 2, bias: false })],
  'norm alone': () => [],
};
const followers: Record<string, () => Module[]> = {
  nothing: () => [],
  ReLU: () => [new ReLU()],
  'ReLU in place and a pool': () => [new ReLU({ inplace: true }), new MaxPool2d(2)],
  'SiLU and a pool': () => [new SiLU(), new MaxPool2d(2)],
  GELU: () => [new GELU()],
  'another GELU and pool': () => [
    new GELU({ approximate: 'tanh' }),
    new MaxPool2d(3, { stride: 2, padding: 1 }),
  ],
  'a pool with a last window': () => [new ReLU(), new MaxPool2d(2, { ceilMode: true })],
};
const pairs = Object.keys(cases).flatMap((first) =>
  Object.keys(followers).map((then) => [first, then] as const),
);

describe('neighbours in a Sequential', () => {
  test.each(pairs)('%s, then %s: what they compute one by one', (first, then) => {
    const before = cases[first]?.() ?? [];
    const norm = new BatchNorm2d(before.length === 0 ? 8 : 16);
    const modules = [
      ...before,
      norm,
      ...(followers[then]?.() ?? []),
      new Conv2d(norm.weight?.numel ?? 0, 4, 1),
    ];
    const sequential = new Sequential(...modules);
    for (const mode of [true, false]) {
      sequential.train(mode);
      const [leaf, other] = [images, images].map((tensor) => tensor.detach().requiresGrad_());
      const results = [
        [sequential.forward(leaf as Tensor), leaf as Tensor] as const,
        [oneByOne(modules, other as Tensor), other as Tensor] as const,
      ];
      const [own, expected] = results.map(([output, input]) => [
        output,
        ...(grad(output.pow(2).sum(), [input, ...sequential.parameters()]) as Tensor[]),
      ]) as [Tensor[], Tensor[]];
      expected.forEach((tensor, index) => {
        // A bias before a norm has no gradient but rounding.
        const scale = Math.max(
          1,
          noGrad(() => tensor.abs().max().item()),
        );
        expect(largestDifference(own[index] as Tensor, tensor)).toBeLessThan(1e-4 * scale);
      });
    }
  });

  test('a convolution, a norm, an activation and a pool are one call', () => {
    const conv = new Conv2d(8, 16, 3, { padding: 1, bias: false });
    const norm = new BatchNorm2d(16);
    new Sequential(conv, norm, new ReLU(), new MaxPool2d(2)).forward(images);
    expect(joined).toHaveBeenCalledExactlyOnceWith(conv, images, {
      activation: 'relu',
      pool: true,
    });
    expect(Number(norm.stateDict().get('num_batches_tracked')?.item())).toBe(1);
  });

  test('a hook on any of them sees its module’s own output', () => {
    const conv = new Conv2d(8, 16, 3, { padding: 1, bias: false });
    const relu = new ReLU();
    const sequential = new Sequential(conv, new BatchNorm2d(16), relu);
    const seen: string[] = [];
    const first = conv.registerForwardHook(
      (output: Tensor) => void seen.push(`conv ${output.dim}`),
    );
    const last = relu.registerForwardHook((output: Tensor) => void seen.push(`relu ${output.dim}`));
    sequential.forward(images);
    expect(seen).toEqual(['conv 4', 'relu 4']);
    expect(joined).not.toHaveBeenCalled();
    first.remove();
    last.remove();
    sequential.forward(images);
    expect(joined).toHaveBeenCalledOnce();
  });

  test('a subclass stands alone', () => {
    class Doubled extends ReLU {
      override forward(input: Tensor): Tensor {
        return super.forward(input).mul(2);
      }
    }
    const modules = [new BatchNorm2d(8), new Doubled()];
    const plain = new Sequential(...modules).forward(images);
    expect(largestDifference(plain, oneByOne(modules, images))).toBeLessThan(1e-5);
  });

  test('a forward that a module was given takes the place of its class’s', () => {
    const relu = new ReLU();
    relu.forward = (input) => input.mul(2);
    const norm = new BatchNorm2d(8);
    norm.forward = (input) => input;
    for (const modules of [
      [new BatchNorm2d(8), relu, new MaxPool2d(2)],
      [norm, new ReLU(), new MaxPool2d(2)],
    ]) {
      const output = new Sequential(...modules).forward(images);
      const expected = oneByOne(modules, images);
      expect(output.shape).toEqual(expected.shape);
      expect(largestDifference(output, expected)).toBeLessThan(1e-5);
    }
  });
});
