import { manualSeed, type Module, noGrad, randn, type Tensor } from '@ocelli/torch';
import { beforeEach, describe, expect, test } from 'vitest';
import { Airbench } from './airbench.ts';
import { DenseBlock } from './denseBlock.ts';
import { denseNet } from './denseNet.ts';
import { denseTower, linearTower } from './denseTower.ts';
import { resnetV2 } from './resnetV2.ts';
import { Towers } from './towers.ts';

// A `forward` that a module was given is called, also where its parent computes several modules as one.

beforeEach(() => manualSeed(1));

/** Gives the module at a path a `forward` that gives zeros instead, and counts how often it is called. */
function silence(model: Module<never, unknown>, path: string): { calls: number } {
  const seen = { calls: 0 };
  const module = model.child(path) as Module;
  const { forward } = module;
  module.forward = (input: Tensor) => {
    seen.calls++;
    return forward.call(module, input).mul(0);
  };
  return seen;
}

const zerosIn = (output: Tensor): number => Number(output.eq(0).sum().item());

describe('in a dense block', () => {
  const images = (): Tensor => randn([2, 32, 4, 4]).to({ memoryFormat: 'channelsLast' });

  test.each([
    'denselayer2',
    'denselayer2.norm1',
    'denselayer2.conv1',
    'denselayer2.norm2',
    'denselayer2.conv2',
  ])('%s', (path) => {
    const block = new DenseBlock(32, { layers: 3, growthRate: 32 });
    const input = images();
    const before = noGrad(() => block.forward(input)).narrow(1, 64, 32);
    expect(zerosIn(before)).toBe(0);
    const seen = silence(block, path);
    const after = noGrad(() => block.forward(input)).narrow(1, 64, 32);
    expect(seen.calls).toBe(1);
    // Zeros stay zeros through convolutions without offset, ReLU, and a norm in its first state.
    expect(zerosIn(after)).toBe(after.numel);
  });

  test('a transition and a whole block are called', () => {
    const trunk = denseNet(121).cutAfter('features.denseblock2').eval();
    const paths = ['features.denseblock1', 'features.transition1', 'features.transition1.conv'];
    const seen = paths.map((path) => silence(trunk, path));
    noGrad(() => trunk.forward(randn([1, 3, 32, 32])));
    expect(seen.map(({ calls }) => calls)).toEqual([1, 1, 1]);
  });
});

describe('of towers that are computed as one', () => {
  const heads = { gender: 2, age: 5, pose: 3 };
  const make = denseTower({ hidden: 7, dropout: 0.5 });

  test.each(['age', 'age.norm', 'age.dropout', 'age.hidden', 'age.output'])('%s', (path) => {
    const towers = new Towers(heads, (classes) => make.make(6, classes)).eval();
    const features = randn([4, 6]);
    const before = noGrad(() => towers.forward(features));
    const seen = silence(towers, path);
    const after = noGrad(() => towers.forward(features));
    expect(seen.calls).toBe(1);
    expect(after.age.sub(before.age).abs().max().item()).toBeGreaterThan(0);
    expect(after.pose.sub(before.pose).abs().max().item()).toBeLessThan(1e-5);
  });

  test('a linear one', () => {
    const linear = linearTower();
    const towers = new Towers(heads, (classes) => linear.make(6, classes));
    silence(towers, 'pose.output');
    const { age, pose } = noGrad(() => towers.forward(randn([4, 6])));
    expect([zerosIn(age), zerosIn(pose)]).toEqual([0, pose.numel]);
  });

  test('one whose dropout alone is in evaluation does not drop out', () => {
    const towers = new Towers(heads, (classes) =>
      denseTower({ hidden: 7, dropout: 0.5, batchNorm: false }).make(6, classes),
    );
    (towers.child('age.dropout') as Module).eval();
    const features = randn([4, 6]);
    const [one, two] = noGrad(() => [towers.forward(features), towers.forward(features)]);
    const moved = (head: 'age' | 'pose') => one?.[head].sub(two?.[head] as Tensor);
    expect(moved('age')?.abs().max().item()).toBe(0);
    expect(moved('pose')?.abs().max().item()).toBeGreaterThan(0);
  });
});

test.each(['block1', 'block1.conv1', 'block1.norm1', 'block2.conv2', 'block3.norm2'])(
  'in an airbench network %s',
  (path) => {
    const model = new Airbench({ numClasses: 2, widths: [24, 24, 24] }).eval();
    const seen = silence(model, path);
    noGrad(() => model.forward(randn([1, 3, 32, 32])));
    expect(seen.calls).toBe(1);
  },
);

test('the shortcut of a block that normalizes first', () => {
  const trunk = resnetV2(50).cutAfter('stages.0').eval();
  const seen = silence(trunk, 'stages.0.blocks.0.downsample');
  noGrad(() => trunk.forward(randn([1, 3, 32, 32])));
  expect(seen.calls).toBe(1);
});
