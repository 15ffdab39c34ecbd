import { Conv2d, manualSeed, type Module, noGrad, randn, type Tensor } from '@ocelli/torch';
import { beforeEach, expect, test } from 'vitest';
import { bottleneckTrunk } from './bottleneckNet.ts';
import { catalog, createModel } from './catalog.ts';
import { cifarResnet } from './residualNet.ts';
import { mapTower } from './mapTower.ts';
import { MultiHead } from './multiHead.ts';
import { ConvBatchNorm } from './convBatchNorm.ts';
import { countParameters } from './countParameters.ts';
import { DavidNet } from './davidNet.ts';
import { DavidNetAthena } from './davidNetAthena.ts';
import { denseNet } from './denseNet.ts';
import { modelNames } from './modelNames.ts';
import { resnet } from './resnet.ts';
import { ResnetSmall } from './resnetSmall.ts';
import { Trunk } from './trunk.ts';

beforeEach(() => manualSeed(1));

/** The eight person attributes the multi-head form was published with: 27 classes together. */
const heads = {
  gender: 2,
  imageQuality: 3,
  age: 5,
  weight: 4,
  bag: 3,
  footwear: 3,
  emotion: 4,
  pose: 3,
};

test('parameter counts equal the published ones', () => {
  expect(countParameters(new DavidNet({ numClasses: 10 }))).toEqual({
    total: 6_577_600,
    trainable: 6_573_120,
    nonTrainable: 4_480,
  });
  expect(countParameters(new DavidNetAthena({ numClasses: 10 })).trainable).toBe(6_573_194);
  expect(countParameters(new ResnetSmall({ numClasses: 10 }))).toEqual({
    total: 6_577_600,
    trainable: 6_573_120,
    nonTrainable: 4_480,
  });
  const cifar = createModel('resnet18-cifar', { numClasses: 10 });
  expect(countParameters(cifar).trainable).toBe(11_173_962);
  expect(countParameters(denseNet(121))).toEqual({
    total: 7_037_504,
    trainable: 6_953_856,
    nonTrainable: 83_648,
  });
});

test.each([
  ['davidnet-heads', 6_623_424, 6_618_816],
  ['separable-towers', 4_128_827, 4_103_291],
  ['resnet20-towers', 1_727_872, 1_721_040],
  ['densenet121-towers', 8_123_355, 8_023_323],
  ['bottleneck-towers', 1_779_707, 1_772_347],
  // Of vgg16-towers: convolutions, then 25,088 · 512 + 512, eight times 512 · 128 + 128, and 27 classes of 128 + 1.
  // 9·in·out + 5·out a unit: trunk 3 to 128 channels, then eight towers, their last convolution without norm.
  [
    'plain-towers',
    297_824 + 8 * (296_192 + 591_104 + 1_182_208 + 2_359_808) + 27 * 512,
    35_728_768,
  ],
  ['vgg16-towers', 14_714_688 + 12_845_568 + 8 * 65_664 + 27 * 129, 28_089_051],
  // ResNet-50 of torchvision without its last layer, then 2,048 · 49 · 512 + 512, and towers as above.
  ['resnet50-towers', 23_561_152 + 51_380_736 + 8 * 65_664 + 27 * 129, 75_417_563],
  // resnetv2_101 of timm without its last layer, 42,492,480, with 4 more blocks of 280,064 and 13 of 1,117,184,
  // and statistics of 71,872 channels.
  ['resnet152v2-towers', 58_279_872 + 51_380_736 + 8 * 65_664 + 27 * 129, 110_045_659],
])('%s with eight heads has the published size', (name, total, trainable) => {
  const count = countParameters(createModel(name, { heads }));
  expect(count).toEqual({ total, trainable, nonTrainable: total - trainable });
});

test.each<[string, unknown, string]>([
  [
    'resnet18',
    {},
    'createModel: expected numClasses or heads to be given, one of the two, got {}.',
  ],
  [
    'resnet18',
    { numClasses: 2, heads: { age: 2 } },
    'createModel: expected numClasses or heads to be given, one of the two, got {"numClasses":2,"heads":{"age":2}}.',
  ],
  ['resnet18', undefined, 'createModel: expected numClasses or heads to be given, one of the two'],
  [
    'resnet18',
    { numClasses: 0 },
    'createModel: expected numClasses to be a positive integer, got 0.',
  ],
  [
    'resnet18',
    { numClases: 2 },
    'createModel: expected options to be among numClasses, heads, got "numClases". Did you mean "numClasses"?',
  ],
  ['plain-towers', { numClasses: 2 }, 'createModel: expected heads to be given for plain-towers'],
  [
    'resnet81',
    { numClasses: 2 },
    'createModel: expected name to be a model of the catalog, got "resnet81". Did you mean "resnet18"?',
  ],
])('%s with %j is refused in the name of createModel', (name, answer, message) => {
  expect(() => createModel(name, answer as never)).toThrow(message);
});

test('a name that is no text is refused like any other that is not in the catalog', () => {
  expect(() => createModel(18 as never, { numClasses: 2 })).toThrow(
    'createModel: expected name to be a model of the catalog, got 18.',
  );
  expect(() => createModel(undefined as never, { numClasses: 2 })).toThrow(
    'createModel: expected name to be a model of the catalog, got',
  );
});

/** Of a 3×3 convolution with offsets, and of the batch norm after it: learned numbers and statistics. */
const conv = (from: number, to: number): number => 9 * from * to + to;
const norm = (channels: number): number => 4 * channels;

test('the plain network with a tower an attribute has the layers of its description', () => {
  const stacked = (widths: readonly number[]): number =>
    widths.slice(1).reduce((sum, to, index) => sum + conv(widths[index] ?? 0, to) + norm(to), 0);
  const trunk = stacked([3, 16, 16, 16, 32, 32, 64, 64, 128, 128]);
  const tower = stacked([128, 256, 256, 512]) + conv(512, 512);
  const model = createModel('plain-towers', { heads });
  expect(countParameters(model).total).toBe(trunk + 8 * tower + 27 * 512);
  const images = randn([1, 3, 64, 64]);
  const features = noGrad(() => (model.child('trunk') as Module).forward(images));
  expect(features.shape).toEqual([1, 128, 4, 4]); // 14 × 14 of 224
  const { gender, age } = model.forward(images);
  expect([gender.shape, age.shape]).toEqual([
    [1, 2],
    [1, 5],
  ]);
});

test('dense towers take 49 places of the feature map whatever the picture is sized', () => {
  const model = createModel('vgg16-towers', { heads: { gender: 2 } });
  const neck = (side: number): number[] =>
    noGrad(() => (model.child('trunk') as Module).forward(randn([1, 3, side, side]))).shape.slice();
  expect([neck(32), neck(96)]).toEqual([
    [1, 512],
    [1, 512],
  ]);
});

test('the double-width bottlenecks with wider towers have the published 3,848,891 numbers', () => {
  const trunk = bottleneckTrunk({ width: 128 });
  expect(countParameters(new MultiHead({ heads, trunk, tower: mapTower() })).total).toBe(3_848_891);
});

test.each([
  ['resnet20', 274_442],
  ['resnet32', 470_218],
  ['resnet44', 665_994],
  ['resnet56', 861_770],
])('%s for ten classes has the published number of parameters', (name, total) => {
  expect(countParameters(createModel(name, { numClasses: 10 })).total).toBe(total);
});

test('a depth that is not 6n + 2 is refused', () => {
  expect(() => cifarResnet(18)).toThrow(
    'cifarResnet: expected depth to be 6n + 2, such as 20, 32, 44 or 56, got 18.',
  );
});

test.each([
  [
    () => resnet(18, { groups: 32 }),
    'resnet: expected depth to be 50 or more with groups or widthPerGroup, which bottlenecks have, got 18.',
  ],
  [
    () => resnet(34, { widthPerGroup: 128 }),
    'expected depth to be 50 or more with groups or widthPerGroup',
  ],
  [
    () => resnet(50, { stem: 'cifer' as 'cifar' }),
    'resnet: expected stem to be one of imagenet, cifar, got "cifer". Did you mean "cifar"?',
  ],
  [() => resnet(50, { group: 2 } as object), 'got "group". Did you mean "groups"?'],
  [() => resnet(20 as 18), 'resnet: expected depth to be one of 18, 34, 50, 101, 152, got 20.'],
  [
    () => new DavidNet({ numClasses: 2, width: 4, dropout: -0.1 }),
    'Dropout: expected p to be a number from 0 to 1, got -0.1.',
  ],
])('an option of a network that would have no effect is refused', (make, message) => {
  expect(make).toThrow(message);
});

test('a frozen part counts as not trainable', () => {
  const model = new DavidNet({ numClasses: 10 }).freeze('linear');
  expect(countParameters(model)).toEqual({
    total: 6_577_600,
    trainable: 6_573_120 - 5_120,
    nonTrainable: 4_480 + 5_120,
  });
});

test('the athena form has the keys of an athena checkpoint', () => {
  const keys = [...new DavidNetAthena({ numClasses: 10 }).stateDict().keys()];
  const norm = (name: string): string[] =>
    ['weight', 'bias', 'running_mean', 'running_var', 'num_batches_tracked'].map(
      (key) => `${name}.${key}`,
    );
  const layer = (name: string): string[] => [
    `${name}.block.0.weight`,
    ...norm(`${name}.block.2`),
    `${name}.resblock.conv1.weight`,
    ...norm(`${name}.resblock.bn1`),
    `${name}.resblock.conv2.weight`,
    ...norm(`${name}.resblock.bn2`),
  ];
  expect(keys).toEqual([
    'prep.0.weight',
    'prep.0.bias',
    ...norm('prep.1'),
    ...layer('layer1'),
    'layer2.0.weight',
    ...norm('layer2.2'),
    ...layer('layer3'),
    'linear.weight',
    'linear.bias',
  ]);
});

const smallModels = ['davidnet', 'davidnet-athena', 'resnet-small'];

test.each(smallModels)('%s: evaluation leaves the statistics alone', (name) => {
  const model = createModel(name, { numClasses: 3 }).eval();
  const images = randn([2, 3, 32, 32]);
  const before = statisticsOf(model);
  noGrad(() => model.forward(images));
  expect(statisticsOf(model)).toEqual(before);
  noGrad(() => model.train().forward(images));
  expect(statisticsOf(model)).not.toEqual(before);
});

function statisticsOf(model: Module): unknown[] {
  return model.namedBuffers().map(([key, buffer]) => [key, buffer.toArray()]);
}

test('an unknown model is refused with the nearest name', () => {
  expect(() => createModel('davidnett', { numClasses: 10 })).toThrow(
    'createModel: expected name to be a model of the catalog, got "davidnett". Did you mean "davidnet"?',
  );
  expect(Object.keys(catalog)).toEqual([...modelNames]);
});

test('learned layers begin uniform in ±1/√fan-in', () => {
  const { conv } = new ConvBatchNorm(64, 128);
  const bound = 1 / Math.sqrt(64 * 9);
  const largest = conv.weight.abs().max().item();
  expect(largest).toBeLessThanOrEqual(bound);
  expect(largest).toBeGreaterThan(0.999 * bound);
  expect(conv.weight.std().item()).toBeCloseTo(bound / Math.sqrt(3), 3);
});

test('logitScale scales the logits', () => {
  const logits = (logitScale: number): Tensor => {
    manualSeed(3);
    const model = new DavidNet({ numClasses: 4, width: 8, logitScale }).eval();
    return model.forward(randn([2, 3, 16, 16]));
  };
  const [eighth, whole] = [logits(0.125), logits(1)];
  expect(whole.mul(0.125).sub(eighth).abs().max().item()).toBeLessThan(1e-6);
});

test('batchNormMomentum is the weight of the new value', () => {
  const moved = (batchNormMomentum: number): number => {
    const block = new ConvBatchNorm(3, 4, { batchNormMomentum });
    block.forward(randn([8, 3, 8, 8]).add(5));
    return block.bn.buffers()[0]?.abs().sum().item() ?? NaN;
  };
  expect(moved(0)).toBe(0);
  expect(moved(0.5)).toBeGreaterThan(0);
});

test.each([
  ['ConvBatchNorm', (dropout: number) => new ConvBatchNorm(3, 4, { dropout })],
  ['DavidNet', (dropout: number) => new DavidNet({ numClasses: 4, width: 4, dropout })],
  ['ResnetSmall', (dropout: number) => new ResnetSmall({ numClasses: 4, dropout })],
])('%s: dropout makes two passes in training differ, and 0 does not', (_, make) => {
  const images = randn([4, 3, 32, 32]);
  const difference = (model: Module): number =>
    noGrad(() => model.forward(images).sub(model.forward(images)).abs().max().item());
  expect(difference(make(0.5))).toBeGreaterThan(0);
  expect(difference(make(0))).toBe(0);
});

test('a trunk is cut after any stage, and shares what is left', () => {
  const trunk = new Trunk([
    { name: 'stem', module: new Conv2d(3, 4, 3, { padding: 1 }), outChannels: 4 },
    { name: 'rest', module: new Conv2d(4, 6, 3, { stride: 2, padding: 1 }), outChannels: 6 },
  ]);
  const stem = trunk.cutAfter('stem');
  expect([trunk.outChannels, stem.outChannels]).toEqual([6, 4]);
  expect(stem.forward(randn([1, 3, 8, 8])).shape).toEqual([1, 4, 8, 8]);
  expect(stem.child('stem')).toBe(trunk.child('stem'));
  expect(() => trunk.cutAfter('sten')).toThrow(
    'cutAfter: expected name to be one of stem, rest, got "sten". Did you mean "stem"?',
  );
  expect(() => new Trunk([])).toThrow('Trunk: expected stages to be not empty, got [].');
});
