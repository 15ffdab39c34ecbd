import { describe, expect, it } from 'vitest';

import { empty, ones, randn, tensor, zeros } from '../create.ts';
import { type OcelliError, OptionError, ShapeError } from '../errors.ts';
import { manualSeed } from '../random.ts';
import { CELU, LogSoftmax, ReLU, Softmax } from './activation.ts';
import { BatchNorm2d } from './batchNorm.ts';
import { Concat, Residual } from './blocks.ts';
import { Conv2d } from './conv.ts';
import { Dropout } from './dropout.ts';
import { GhostBatchNorm2d } from './ghostBatchNorm.ts';
import { GroupNorm } from './groupNorm.ts';
import { LayerNorm } from './layerNorm.ts';
import { Linear } from './linear.ts';
import { AdaptiveAvgPool2d, AvgPool2d, GlobalMaxPool, MaxPool2d } from './pooling.ts';
import { DepthwiseConv2d, SeparableConv2d } from './separableConv.ts';

type Refusal = [what: string, call: () => unknown, error: OcelliError];

const atConstruction: Refusal[] = [
  [
    'input channels that the groups do not divide',
    () => new Conv2d(30, 64, 3, { groups: 4 }),
    new OptionError('Conv2d: expected inChannels to be divisible by groups (4), got 30.'),
  ],
  [
    'output channels that the groups do not divide',
    () => new Conv2d(4, 6, 3, { groups: 4 }),
    new OptionError('Conv2d: expected outChannels to be divisible by groups (4), got 6.'),
  ],
  [
    'no channels',
    () => new Conv2d(0, 6, 3),
    new OptionError('Conv2d: expected inChannels to be a positive integer, got 0.'),
  ],
  [
    'half a pixel',
    () => new Conv2d(1, 6, 3, { padding: 0.5 }),
    new OptionError(
      'Conv2d: expected padding to be an integer of 0 or more, or [height, width] of two, got 0.5.',
    ),
  ],
  [
    "a stride with padding 'same'",
    () => new Conv2d(1, 6, 3, { padding: 'same', stride: 2 }),
    new OptionError(
      "Conv2d: expected stride to be 1 with padding 'same', got [2,2]. Give the padding in pixels.",
    ),
  ],
  [
    'a padding mode that pads nothing',
    () => new Conv2d(1, 6, 3, { paddingMode: 'reflect' }),
    new OptionError(
      "Conv2d: expected padding to be above 0 with paddingMode 'reflect', got [0,0].",
    ),
  ],
  [
    'a misspelt kind of padding',
    () => new Conv2d(1, 6, 3, { padding: 'sme' as 'same' }),
    new OptionError(
      'Conv2d: expected padding to be one of same, valid, got "sme". Did you mean "same"?',
    ),
  ],
  [
    'groups for a depthwise convolution',
    () => new DepthwiseConv2d(4, 3, { groups: 2 } as object),
    new OptionError(
      'DepthwiseConv2d: expected options to be among stride, padding, paddingMode, dilation, bias, multiplier, got "groups".',
    ),
  ],
  [
    'a misspelt option of a separable convolution',
    () => new SeparableConv2d(4, 3, 3, { multplier: 2 } as object),
    new OptionError(
      'SeparableConv2d: expected options to be among stride, padding, paddingMode, dilation, bias, multiplier, got "multplier". Did you mean "multiplier"?',
    ),
  ],
  [
    'half a feature',
    () => new Linear(2.5, 1),
    new OptionError('Linear: expected inFeatures to be a positive integer, got 2.5.'),
  ],
  [
    'a momentum above 1',
    () => new BatchNorm2d(4, { momentum: 9 }),
    new OptionError('BatchNorm2d: expected momentum to be a number from 0 to 1, got 9.'),
  ],
  [
    'a momentum of statistics that are not kept',
    () => new BatchNorm2d(4, { momentum: 0.5, trackRunningStats: false }),
    new OptionError(
      'BatchNorm2d: expected momentum to be left out without trackRunningStats, got 0.5.',
    ),
  ],
  [
    'one part of a ghost batch',
    () => new GhostBatchNorm2d(4, { splits: 1 }),
    new OptionError('GhostBatchNorm2d: expected splits to be an integer of at least 2, got 1.'),
  ],
  [
    'groups that do not divide the channels',
    () => new GroupNorm(3, 4),
    new OptionError('GroupNorm: expected numChannels to be divisible by numGroups (3), got 4.'),
  ],
  [
    'no dimensions to normalise',
    () => new LayerNorm([]),
    new OptionError('LayerNorm: expected normalizedShape to be one extent or more, got [].'),
  ],
  [
    'an alpha of 0',
    () => new CELU({ alpha: 0 }),
    new OptionError('CELU: expected alpha to be a number above 0, got 0.'),
  ],
  [
    'a probability above 1',
    () => new Dropout({ p: 1.5 }),
    new OptionError('Dropout: expected p to be a number from 0 to 1, got 1.5.'),
  ],
  [
    'padding over half the window',
    () => new MaxPool2d(2, { padding: 2 }),
    new OptionError('MaxPool2d: expected padding to be at most half of kernelSize (2, 2), got 2.'),
  ],
  [
    'a divisor of 0',
    () => new AvgPool2d(2, { divisorOverride: 0 }),
    new OptionError('AvgPool2d: expected divisorOverride to be a positive integer, got 0.'),
  ],
  [
    'an output of no pixels',
    () => new AdaptiveAvgPool2d([1, 0]),
    new OptionError(
      'AdaptiveAvgPool2d: expected outputSize to be a positive integer, or [height, width] of two, got [1,0].',
    ),
  ],
  [
    'half a dimension',
    () => new Softmax(0.5),
    new OptionError('Softmax: expected dim to be an integer of at least -8, got 0.5.'),
  ],
];

describe('construction refuses', () => {
  it.each(atConstruction)('%s', (_, call, error) => {
    expect(call).toThrow(error);
  });
});

const atForward: Refusal[] = [
  [
    'images that look channels-last',
    () => new Conv2d(3, 64, 7).forward(empty([128, 32, 32, 3])),
    new ShapeError(
      'conv2d: expected images (N, 3, H, W) to match weight (64, 3, 7, 7), got (128, 32, 32, 3). ' +
        'Images look channels-last; use images.permute([0, 3, 1, 2]).',
    ),
  ],
  [
    'a single image',
    () => new Conv2d(3, 8, 3, { groups: 1 }).forward(empty([3, 8, 8])),
    new ShapeError(
      'conv2d: expected images (N, 3, H, W) to match weight (8, 3, 3, 3), got (3, 8, 8). ' +
        'A single image needs a batch dimension; use image.unsqueeze(0).',
    ),
  ],
  [
    'other channels than the groups take',
    () => new Conv2d(4, 8, 3, { groups: 2 }).forward(empty([1, 2, 8, 8])),
    new ShapeError(
      'conv2d: expected images (N, 4, H, W) to match weight (8, 2, 3, 3), 2 groups, got (1, 2, 8, 8).',
    ),
  ],
  [
    'images that nobody flattened',
    () => new Linear(12, 2).forward(empty([5, 3, 2, 2])),
    new ShapeError(
      'linear: expected input (*, 12) to match weight (2, 12), got (5, 3, 2, 2). ' +
        'Flatten the input first; use input.flatten(1).',
    ),
  ],
  [
    'other features',
    () => new Linear(12, 2).forward(empty([5, 3])),
    new ShapeError('linear: expected input (*, 12) to match weight (2, 12), got (5, 3).'),
  ],
  [
    'other channels than there are statistics for',
    () => new BatchNorm2d(4).forward(empty([2, 3, 2, 2])),
    new ShapeError(
      'batchNorm: expected images (N, 4, H, W) to match 4 channels, got (2, 3, 2, 2).',
    ),
  ],
  [
    'one value per channel in training',
    () => new BatchNorm2d(4).forward(empty([1, 4, 1, 1])),
    new ShapeError(
      'batchNorm: expected images to have more than 1 value per channel in training, got (1, 4, 1, 1).',
    ),
  ],
  [
    'fewer images than ghost batches',
    () => new GhostBatchNorm2d(4, { splits: 4 }).forward(empty([3, 4, 2, 2])),
    new ShapeError(
      'GhostBatchNorm2d: expected images to be at least as many as splits (4), got 3. ' +
        'Use a larger batch, or leave out the last one where it is smaller.',
    ),
  ],
  [
    'channels that the groups do not divide',
    () => new GroupNorm(2, 4, { affine: false }).forward(empty([2, 3])),
    new ShapeError(
      'groupNorm: expected input to be (N, C, *) with C divisible by numGroups (2), got (2, 3).',
    ),
  ],
  [
    'another last dimension',
    () => new LayerNorm([3, 4]).forward(empty([2, 4, 3])),
    new ShapeError('layerNorm: expected input to be (*, 3, 4), got (2, 4, 3).'),
  ],
  [
    'features to be pooled',
    () => new MaxPool2d(2).forward(empty([2, 8])),
    new ShapeError('maxPool2d: expected images to be (N, C, H, W), got (2, 8).'),
  ],
  [
    'a single image to be pooled',
    () => new GlobalMaxPool().forward(empty([3, 8, 8])),
    new ShapeError(
      'adaptiveMaxPool2d: expected images to be (N, C, H, W), got (3, 8, 8). ' +
        'A single image needs a batch dimension; use image.unsqueeze(0).',
    ),
  ],
  [
    'two ways that do not meet',
    () => new Residual(new MaxPool2d(2)).forward(empty([1, 2, 4, 4])),
    new ShapeError(
      "Residual: expected the body's output to be (1, 2, 4, 4) as the shortcut's, got (1, 2, 2, 2).",
    ),
  ],
];

describe('forward refuses', () => {
  it.each(atForward)('%s', (_, call, error) => {
    expect(call).toThrow(error);
  });
});

describe('an empty batch passes through', () => {
  it.each([
    [() => new Conv2d(4, 3, 3), [0, 3, 3, 4]],
    [() => new BatchNorm2d(4), [0, 4, 5, 6]],
    [() => new GroupNorm(2, 4), [0, 4, 5, 6]],
    [() => new LayerNorm(6), [0, 4, 5, 6]],
    [() => new ReLU(), [0, 4, 5, 6]],
    [() => new MaxPool2d(2), [0, 4, 2, 3]],
    [() => new AvgPool2d(2), [0, 4, 2, 3]],
    [() => new GlobalMaxPool(), [0, 4]],
    [() => new Concat(new ReLU(), new ReLU()), [0, 8, 5, 6]],
  ])('%s', (make, shape) => {
    expect(make().forward(zeros([0, 4, 5, 6])).shape).toEqual(shape);
  });
});

describe('Dropout', () => {
  it('draws from the default generator: the same seed drops the same elements', () => {
    const layer = new Dropout();
    const drawn = (seed: number) => {
      manualSeed(seed);
      return layer.forward(ones([64])).toArray();
    };
    expect(drawn(1)).toEqual(drawn(1));
    expect(drawn(1)).not.toEqual(drawn(2));
  });

  it('drops a share of p and keeps the mean', () => {
    manualSeed(1);
    const output = new Dropout({ p: 0.2 }).forward(ones([100_000]));
    const dropped = output.eq(0).sum().item() / 100_000;
    // Five standard deviations, √(0.2 · 0.8 / 100,000) each.
    expect(Math.abs(dropped - 0.2)).toBeLessThan(0.0064);
    expect(Math.abs(output.mean().item() - 1)).toBeLessThan(0.008);
  });

  it('passes its input on in evaluation', () => {
    const input = ones([3]);
    expect(new Dropout().eval().forward(input)).toBe(input);
  });
});

describe('activations in place', () => {
  it('write over their input', () => {
    const input = tensor([-1, 2]);
    expect(new ReLU({ inplace: true }).forward(input)).toBe(input);
    expect(input.toArray()).toEqual([0, 2]);
  });
});

describe('LogSoftmax', () => {
  it('is finite where softmax is 0', () => {
    expect(new LogSoftmax(0).forward(tensor([0, 200])).toArray()).toEqual([-200, 0]);
  });
});

describe('GhostBatchNorm2d', () => {
  it('normalises every part by itself, uneven ones too', () => {
    const images = randn([5, 2, 3, 3]);
    const output = new GhostBatchNorm2d(2, { splits: 2 }).forward(images);
    for (const [start, length] of [
      [0, 3],
      [3, 2],
    ] as const) {
      for (const mean of output.narrow(0, start, length).mean([0, 2, 3]).toArray() as number[]) {
        expect(mean).toBeCloseTo(0, 5);
      }
    }
  });
});

describe('SeparableConv2d', () => {
  it('has a kernel for each channel, a mixing matrix and one bias', () => {
    const layer = new SeparableConv2d(8, 16, 3);
    const sizes = layer.parameters().map(({ numel }) => numel);
    expect(sizes).toEqual([8 * 9, 8 * 16, 16]);
  });
});

describe('a window', () => {
  it('says what one output pixel is computed from', () => {
    expect(new Conv2d(3, 4, [1, 7], { stride: 2, dilation: 3 }).window).toEqual({
      kernelSize: [1, 7],
      stride: [2, 2],
      dilation: [3, 3],
    });
    expect(new MaxPool2d(3, { stride: 2 }).window).toMatchObject({
      kernelSize: [3, 3],
      stride: [2, 2],
    });
    expect(new AvgPool2d(2).window).toMatchObject({ kernelSize: [2, 2], dilation: [1, 1] });
  });
});
