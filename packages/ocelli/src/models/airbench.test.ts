import {
  crossEntropy,
  Linear,
  manualSeed,
  maxPool2d,
  type Module,
  noGrad,
  randn,
  tensor,
  type Tensor,
} from '@ocelli/torch';
import { beforeEach, expect, test } from 'vitest';
import { Airbench, type AirbenchOptions } from './airbench.ts';
import { createModel } from './catalog.ts';
import { countParameters } from './countParameters.ts';
import { whiteningFilters } from './whitening.ts';

beforeEach(() => manualSeed(5));

const small = { numClasses: 4, widths: [24, 32, 40] } as const;

/** Logits of the same pictures by a small model of the same seed. */
function logitsWith(options: Partial<AirbenchOptions>): number[] {
  manualSeed(5);
  const model = new Airbench({ ...small, ...options });
  const logits = noGrad(() => model.forward(randn([6, 3, 32, 32])));
  return logits.flatten().toArray() as number[];
}

test('learned numbers are as many as the published layers add up to', () => {
  // Filters 9·(24·64 + 64·64 + 64·256 + 3·256·256), offsets 2·(64 + 256 + 256), head 2,560, whitening 24.
  const airbench94 = new Airbench({ numClasses: 10 });
  expect(countParameters(airbench94).trainable).toBe(1_967_616 + 1_152 + 2_560 + 24);
  // Frozen: 24 filters of 12 numbers, a scale, a mean and a variance for every offset.
  expect(countParameters(airbench94).nonTrainable).toBe(288 + 3 * 1_152);
  const airbench95 = new Airbench({ numClasses: 10, widths: [128, 384, 384] });
  expect(countParameters(airbench95).trainable).toBe(4_598_784 + 1_792 + 3_840 + 24);
  const airbench96 = new Airbench({ numClasses: 10, widths: [128, 384, 512], depth: 3 });
  expect(countParameters(airbench96).trainable).toBe(9_907_200 + 3_072 + 5_120 + 24);
});

test('every convolution begins by passing on its input channels', () => {
  const { blocks } = new Airbench(small);
  for (const conv of blocks.flatMap(({ conv1, conv2 }) => [conv1, conv2])) {
    const channels = conv.weight.shape[1] ?? 0;
    const images = randn([1, channels, 5, 5]);
    const passedOn = noGrad(() => conv.forward(images)).narrow(1, 0, channels);
    expect(passedOn.sub(images).abs().max().item()).toBeLessThan(1e-5);
  }
});

test('whitening sets the first filters and leaves them frozen', () => {
  const model = new Airbench(small);
  const images = randn([20, 3, 12, 12]);
  model.whiten(images);
  expect(model.whitening.weight.toArray()).toEqual(whiteningFilters(images).toArray());
  crossEntropy(model.forward(images), tensor(Array(20).fill(1), { dtype: 'int64' })).backward();
  const learning = model.namedParameters().filter(([, { grad }]) => grad !== undefined);
  expect(learning.map(([key]) => key)).toEqual([
    'whitening.bias',
    ...[1, 2, 3].flatMap((block) =>
      ['conv1.weight', 'norm1.bias', 'conv2.weight', 'norm2.bias'].map(
        (key) => `block${block}.${key}`,
      ),
    ),
    'head.weight',
  ]);
});

test('the filters are the learned ones of the blocks', () => {
  const shapes = new Airbench(small).filters.map(({ shape }) => shape.slice(0, 2));
  expect(shapes).toEqual([
    [24, 24],
    [24, 24],
    [32, 24],
    [32, 32],
    [40, 32],
    [40, 40],
  ]);
});

test('the third convolution is a residual', () => {
  const [block] = new Airbench({ ...small, depth: 3 }).blocks;
  if (block?.conv3 === undefined || block.norm3 === undefined)
    throw new Error('no third convolution');
  const { conv3, norm3 } = block;
  // Its filters silent and its offset far from the bend of GELU, it passes on what is added.
  noGrad(() => conv3.weight.zero_());
  noGrad(() => norm3.bias?.add_(50));
  const images = randn([4, 24, 8, 8]);
  block.eval();
  const { sum, first } = noGrad(() => {
    const pooled = maxPool2d(block.conv1.forward(images), 2);
    const first = block.norm1.forward(pooled, { activation: 'gelu' });
    return { sum: block.forward(images).sub(50), first };
  });
  expect(sum.sub(first).abs().max().item()).toBeLessThan(1e-4);
});

test.each([
  { activation: 'silu' },
  { depth: 3 },
  { widths: [24, 32, 48] },
  { headStd: 1 },
] as const)('%o makes another network', (options) => {
  expect(logitsWith(options)).not.toEqual(logitsWith({}));
});

test('logits are scaled', () => {
  const ninth = logitsWith({});
  const whole = logitsWith({ logitScale: 1 });
  for (const [index, logit] of whole.entries())
    expect(logit / 9).toBeCloseTo(ninth[index] ?? NaN, 5);
});

test('the momentum of batch norm is the weight of the new value', () => {
  const meanAfter = (batchNormMomentum: number): Tensor => {
    manualSeed(5);
    const model = new Airbench({ ...small, batchNormMomentum });
    noGrad(() => model.forward(randn([6, 3, 32, 32])));
    return model.stateDict().get('block1.norm1.running_mean') as Tensor;
  };
  expect(meanAfter(0.4).sub(meanAfter(0.2).mul(2)).abs().max().item()).toBeLessThan(1e-6);
  expect(meanAfter(0.2).abs().max().item()).toBeGreaterThan(1e-3); // zeros would be twice zeros
});

test('the head can be scaled to a deviation, which must be above 0', () => {
  const { linear } = new Airbench({ ...small, headStd: 1 });
  expect(linear.weight.std().item()).toBeCloseTo(1, 5);
  expect(() => new Airbench({ ...small, headStd: 0 })).toThrow(
    'Airbench: expected headStd to be a number above 0, got 0.',
  );
});

test('the network of the catalog has the layers and keys of the class, and its first layer learns', () => {
  const own = new Airbench({ numClasses: 10, activation: 'silu' }).whiten(randn([20, 3, 12, 12]));
  const named = createModel('airbench94-silu', { numClasses: 10 });
  const trainable = 1_967_616 + 1_152 + 2_560 + 24 + 288;
  expect(countParameters(named)).toMatchObject({ trainable, nonTrainable: 3 * 1_152 });
  named.loadStateDict(own.stateDict());
  const images = randn([4, 3, 32, 32]);
  const logits = [own, named].map((model) => noGrad(() => model.eval().forward(images)).toArray());
  expect(logits[1]).toEqual(logits[0]);
});

test('a factor on the logits may as well be in the last layer', () => {
  const options = { numClasses: 10, activation: 'silu', headStd: 1 } as const;
  const own = new Airbench({ ...options, logitScale: 1 / 256 }).eval();
  const images = randn([4, 3, 32, 32]);
  const logits = noGrad(() => own.forward(images));
  noGrad(() => own.linear.weight.mul_(9 / 256));
  const named = createModel('airbench94-silu', { numClasses: 10 }).eval();
  named.loadStateDict(own.stateDict());
  const difference = noGrad(() => named.forward(images)).sub(logits);
  expect(difference.abs().max().item()).toBeLessThan(1e-5 * Number(logits.abs().max().item()));
});

test('with heads it answers each attribute by the maximum over places too', () => {
  const model = createModel('airbench94-silu', { heads: { age: 3 } }).eval();
  const images = randn([2, 3, 32, 32]);
  const { age } = noGrad(() => model.forward(images));
  const features = noGrad(() => (model.child('trunk') as Module).forward(images))
    .flatten(2)
    .amax([2]);
  const weight = model.child('heads.age.output', Linear).weight;
  const byHand = noGrad(() => features.mm(weight.t()).div(9));
  expect(age.sub(byHand).abs().max().item()).toBeLessThan(1e-4 * byHand.abs().max().item());
  expect([...model.stateDict().keys()].at(-1)).toBe('heads.age.output.weight');
});
