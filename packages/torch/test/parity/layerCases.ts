import { CELU, GELU, LogSoftmax, ReLU, Sigmoid, SiLU, Softmax } from '../../src/nn/activation.ts';
import { BatchNorm2d, type BatchNorm2dOptions } from '../../src/nn/batchNorm.ts';
import { Concat, Flatten, Identity, Residual } from '../../src/nn/blocks.ts';
import { Sequential } from '../../src/nn/containers.ts';
import { Conv2d, type Conv2dOptions } from '../../src/nn/conv.ts';
import { Dropout } from '../../src/nn/dropout.ts';
import { GhostBatchNorm2d } from '../../src/nn/ghostBatchNorm.ts';
import { GroupNorm } from '../../src/nn/groupNorm.ts';
import { LayerNorm } from '../../src/nn/layerNorm.ts';
import { Linear } from '../../src/nn/linear.ts';
import type { Module } from '../../src/nn/module.ts';
import {
  AdaptiveAvgPool2d,
  AdaptiveMaxPool2d,
  AvgPool2d,
  GlobalAvgPool,
  GlobalConcatPool,
  GlobalMaxPool,
  MaxPool2d,
} from '../../src/nn/pooling.ts';
import { DepthwiseConv2d, SeparableConv2d } from '../../src/nn/separableConv.ts';
import type { AvgPool2dOptions, MaxPool2dOptions } from '../../src/functional/pooling.ts';

type Table = Record<string, () => Module>;

const convOptions: Record<string, Conv2dOptions> = {
  plain: {},
  'bias false': { bias: false },
  'stride 2': { stride: 2 },
  'stride pair': { stride: [1, 2] },
  'padding 1': { padding: 1 },
  'padding pair': { padding: [2, 1] },
  'dilation 2': { dilation: 2 },
  'dilation pair': { dilation: [1, 2] },
  'groups 2': { groups: 2 },
  same: { padding: 'same' },
  'same dilation': { padding: 'same', dilation: 2 },
  valid: { padding: 'valid' },
  reflect: { padding: 1, paddingMode: 'reflect' },
  replicate: { padding: [1, 2], paddingMode: 'replicate' },
  circular: { padding: [2, 1], paddingMode: 'circular' },
  'circular same': { padding: 'same', paddingMode: 'circular', dilation: 2 },
};

const normOptions: Record<string, BatchNorm2dOptions> = {
  plain: {},
  eps: { eps: 0.5 },
  momentum: { momentum: 0.5 },
  cumulative: { momentum: 'cumulative' },
  'affine false': { affine: false },
  'trackRunningStats false': { trackRunningStats: false },
};

const maxPoolOptions: Record<string, MaxPool2dOptions> = {
  plain: {},
  stride: { stride: 1 },
  padding: { padding: 1 },
  dilation: { dilation: 2 },
  ceilMode: { ceilMode: true },
  pairs: { stride: [1, 2], padding: [1, 0], dilation: [1, 2] },
};

const avgPoolOptions: Record<string, AvgPool2dOptions> = {
  plain: {},
  stride: { stride: 1 },
  padding: { padding: 1 },
  ceilMode: { ceilMode: true },
  countIncludePad: { padding: 1, countIncludePad: false },
  divisorOverride: { divisorOverride: 3 },
};

function each<Options>(
  name: string,
  options: Record<string, Options>,
  make: (options: Options) => Module,
): Table {
  const entries = Object.entries(options);
  return Object.fromEntries(entries.map(([title, one]) => [`${name} ${title}`, () => make(one)]));
}

/** Every layer case by the name it has in `fixtures/make_fixtures.py`. */
export const layerCases: Readonly<Table> = {
  Linear: () => new Linear(5, 3),
  'Linear bias false': () => new Linear(5, 3, { bias: false }),
  ...each('Conv2d', convOptions, (options) => new Conv2d(4, 6, 3, options)),
  'Conv2d kernel pair': () => new Conv2d(4, 2, [3, 1]),
  'Conv2d same even': () => new Conv2d(4, 2, [2, 4], { padding: 'same' }),
  'Conv2d reflect same even': () =>
    new Conv2d(4, 2, [2, 4], { padding: 'same', paddingMode: 'reflect' }),
  DepthwiseConv2d: () => new DepthwiseConv2d(4, 3),
  'DepthwiseConv2d options': () =>
    new DepthwiseConv2d(4, 3, { multiplier: 2, stride: 2, padding: 1, bias: false }),
  SeparableConv2d: () => new SeparableConv2d(4, 3, 3),
  'SeparableConv2d options': () =>
    new SeparableConv2d(4, 3, 3, {
      multiplier: 2,
      bias: false,
      stride: 2,
      padding: 1,
      dilation: 2,
      paddingMode: 'reflect',
    }),
  ...each('BatchNorm2d', normOptions, (options) => new BatchNorm2d(4, options)),
  ...each(
    'GhostBatchNorm2d',
    normOptions,
    (options) => new GhostBatchNorm2d(4, { splits: 2, ...options }),
  ),
  'GhostBatchNorm2d splits 3': () => new GhostBatchNorm2d(4, { splits: 3 }),
  GroupNorm: () => new GroupNorm(2, 4),
  'GroupNorm eps': () => new GroupNorm(4, 4, { eps: 0.5 }),
  'GroupNorm affine false': () => new GroupNorm(1, 4, { affine: false }),
  LayerNorm: () => new LayerNorm(5),
  'LayerNorm shape': () => new LayerNorm([4, 6, 5]),
  'LayerNorm eps': () => new LayerNorm(5, { eps: 0.5 }),
  'LayerNorm elementwiseAffine false': () => new LayerNorm(5, { elementwiseAffine: false }),
  ReLU: () => new ReLU(),
  GELU: () => new GELU(),
  'GELU tanh': () => new GELU({ approximate: 'tanh' }),
  SiLU: () => new SiLU(),
  CELU: () => new CELU(),
  'CELU alpha': () => new CELU({ alpha: 0.3 }),
  Sigmoid: () => new Sigmoid(),
  Softmax: () => new Softmax(1),
  LogSoftmax: () => new LogSoftmax(-1),
  Dropout: () => new Dropout(),
  'Dropout p': () => new Dropout({ p: 0.2 }),
  ...each('MaxPool2d', maxPoolOptions, (options) => new MaxPool2d(2, options)),
  ...each('AvgPool2d', avgPoolOptions, (options) => new AvgPool2d([2, 3], options)),
  AdaptiveAvgPool2d: () => new AdaptiveAvgPool2d([4, 2]),
  AdaptiveMaxPool2d: () => new AdaptiveMaxPool2d(3),
  GlobalAvgPool: () => new GlobalAvgPool(),
  GlobalMaxPool: () => new GlobalMaxPool(),
  GlobalConcatPool: () => new GlobalConcatPool(),
  Flatten: () => new Flatten(),
  'Flatten options': () => new Flatten({ startDim: 0, endDim: 2 }),
  Identity: () => new Identity(),
  Residual: () => new Residual(new Conv2d(4, 4, 3, { padding: 1 })),
  'Residual shortcut': () =>
    new Residual(new Conv2d(4, 2, 3, { padding: 1 }), { shortcut: new Conv2d(4, 2, 1) }),
  Concat: () => new Concat(new Conv2d(4, 2, 1), new Conv2d(4, 3, 3, { padding: 1 })),
  Sequential: () => new Sequential(new Conv2d(4, 3, 3), new BatchNorm2d(3), new ReLU()),
  'Sequential named': () =>
    new Sequential({
      prep: new Sequential(new Conv2d(4, 3, 3, { bias: false }), new BatchNorm2d(3)),
      flatten: new Flatten(),
      head: new Linear(36, 2),
    }),
};
