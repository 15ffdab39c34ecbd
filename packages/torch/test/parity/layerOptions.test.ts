import { describe, expect, it } from 'vitest';

import { noGrad } from '../../src/autograd.ts';
import { randn } from '../../src/create.ts';
import { OptionError } from '../../src/errors.ts';
import type { AvgPool2dOptions, MaxPool2dOptions } from '../../src/functional/pooling.ts';
import {
  CELU,
  type CELUOptions,
  GELU,
  type GELUOptions,
  type InplaceOptions,
  ReLU,
  SiLU,
} from '../../src/nn/activation.ts';
import { BatchNorm2d, type BatchNorm2dOptions } from '../../src/nn/batchNorm.ts';
import {
  Flatten,
  type FlattenOptions,
  Residual,
  type ResidualOptions,
} from '../../src/nn/blocks.ts';
import { Conv2d, type Conv2dOptions } from '../../src/nn/conv.ts';
import { Dropout, type DropoutOptions } from '../../src/nn/dropout.ts';
import { GhostBatchNorm2d, type GhostBatchNorm2dOptions } from '../../src/nn/ghostBatchNorm.ts';
import { GroupNorm, type GroupNormOptions } from '../../src/nn/groupNorm.ts';
import { LayerNorm, type LayerNormOptions } from '../../src/nn/layerNorm.ts';
import { Linear, type LinearOptions } from '../../src/nn/linear.ts';
import type { Module } from '../../src/nn/module.ts';
import { AvgPool2d, MaxPool2d } from '../../src/nn/pooling.ts';
import {
  DepthwiseConv2d,
  type DepthwiseConv2dOptions,
  SeparableConv2d,
} from '../../src/nn/separableConv.ts';
import { Generator, manualSeed } from '../../src/random.ts';

/** A layer, the options it begins with, and for each of its options another value. */
interface Row {
  readonly layer: string;
  readonly make: (options: object) => Module;
  readonly base: object;
  readonly changes: object;
}

/** An option that is added to `Options` and not to the row does not compile. */
function row<Options extends object>(
  make: (options: Options) => Module,
  base: Options,
  changes: Required<Options>,
): Row {
  const layer = make(base).constructor.name;
  return { layer, make: make as Row['make'], base, changes };
}

const rows: readonly Row[] = [
  row<LinearOptions>((o) => new Linear(6, 3, o), {}, { bias: false }),
  row<Conv2dOptions>(
    (o) => new Conv2d(4, 4, 3, o),
    { padding: 1 },
    { stride: 2, padding: 2, paddingMode: 'circular', dilation: 2, groups: 2, bias: false },
  ),
  row<DepthwiseConv2dOptions>(
    (o) => new DepthwiseConv2d(4, 3, o),
    { padding: 1 },
    { stride: 2, padding: 2, paddingMode: 'reflect', dilation: 2, bias: false, multiplier: 2 },
  ),
  row<DepthwiseConv2dOptions>(
    (o) => new SeparableConv2d(4, 3, 3, o),
    { padding: 1 },
    { stride: 2, padding: 2, paddingMode: 'replicate', dilation: 2, bias: false, multiplier: 2 },
  ),
  row<BatchNorm2dOptions>(
    (o) => new BatchNorm2d(4, o),
    {},
    { eps: 0.5, momentum: 0.5, affine: false, trackRunningStats: false },
  ),
  row<GhostBatchNorm2dOptions>(
    (o) => new GhostBatchNorm2d(4, o),
    { splits: 2 },
    { splits: 3, eps: 0.5, momentum: 0.5, affine: false, trackRunningStats: false },
  ),
  row<GroupNormOptions>((o) => new GroupNorm(2, 4, o), {}, { eps: 0.5, affine: false }),
  row<LayerNormOptions>((o) => new LayerNorm(6, o), {}, { eps: 0.5, elementwiseAffine: false }),
  row<InplaceOptions>((o) => new ReLU(o), {}, { inplace: true }),
  row<InplaceOptions>((o) => new SiLU(o), {}, { inplace: true }),
  row<CELUOptions>((o) => new CELU(o), {}, { alpha: 0.3, inplace: true }),
  row<GELUOptions>((o) => new GELU(o), {}, { approximate: 'tanh' }),
  row<DropoutOptions>((o) => new Dropout(o), {}, { p: 0.2 }),
  row<MaxPool2dOptions>(
    (o) => new MaxPool2d([2, 4], o),
    {},
    { stride: 1, padding: 1, dilation: [2, 1], ceilMode: true },
  ),
  row<AvgPool2dOptions>(
    (o) => new AvgPool2d([2, 5], o),
    { padding: 1 },
    { stride: 1, padding: 0, ceilMode: true, countIncludePad: false, divisorOverride: 3 },
  ),
  row<FlattenOptions>((o) => new Flatten(o), {}, { startDim: 2, endDim: 2 }),
  row<ResidualOptions>((o) => new Residual(new ReLU(), o), {}, { shortcut: new Conv2d(4, 4, 1) }),
];

/** All that can be seen of a layer: its keys, what it computes, and what becomes of its input. */
function observe({ make }: Row, options: object): unknown {
  manualSeed(1);
  const module = make(options);
  const generator = new Generator({ seed: 2 });
  return noGrad(() => {
    const images = randn([4, 4, 5, 6], { generator });
    const trained = module.forward(images).clone();
    const given = images.toTypedArray();
    const evaluated = module.eval().forward(randn([4, 4, 5, 6], { generator }));
    const outputs = [trained, evaluated].map((out) => [out.shape, out.toTypedArray()]);
    return { keys: [...module.stateDict().keys()], outputs, given };
  });
}

describe.each(rows)('$layer', (one) => {
  it.each(Object.entries(one.changes))('does something else for %s: %j', (option, value) => {
    expect(observe(one, { ...one.base, [option]: value })).not.toEqual(observe(one, one.base));
  });

  it('does the same for the same options', () => {
    expect(observe(one, one.base)).toEqual(observe(one, one.base));
  });

  it('refuses an option it does not know, with the nearest one', () => {
    const [known = ''] = Object.keys(one.changes);
    const misspelt = `${known}x`;
    expect(() => one.make({ ...one.base, [misspelt]: 1 })).toThrow(OptionError);
    expect(() => one.make({ ...one.base, [misspelt]: 1 })).toThrow(`Did you mean "${known}"?`);
  });

  it.each(Object.keys(one.changes).filter((option) => option !== 'shortcut'))(
    'refuses nonsense for %s',
    (option) => {
      expect(() => one.make({ ...one.base, [option]: 'nonsense' })).toThrow(OptionError);
    },
  );
});
