import { describe, expect, it } from 'vitest';

import { empty, ones, tensor } from '../create.ts';
import { type OcelliError, OptionError, ShapeError } from '../errors.ts';
import { conv2d } from './convolution.ts';

describe('conv2d', () => {
  it('does not flip its window: a weight at the right takes the pixel at the right', () => {
    const images = tensor([[[[1, 2, 3]]]]);
    const weight = tensor([[[[0, 0, 1]]]]);
    expect(conv2d(images, weight, { padding: [0, 1] }).toArray()).toEqual([[[[2, 3, 0]]]]);
  });

  it("adds an odd pixel of padding 'same' to the right", () => {
    const images = tensor([[[[1, 2, 3]]]]);
    const output = conv2d(images, ones([1, 1, 1, 2]), { padding: 'same' });
    expect(output.toArray()).toEqual([[[[3, 5, 3]]]]);
  });

  it.each([
    ['zeros', [2, 3, 0]],
    ['reflect', [2, 3, 2]],
    ['replicate', [2, 3, 3]],
    ['circular', [2, 3, 1]],
  ] as const)('has beyond the edge with %s: %j', (paddingMode, row) => {
    const images = tensor([[[[1, 2, 3]]]]);
    const weight = tensor([[[[0, 0, 1]]]]);
    const output = conv2d(images, weight, { padding: [0, 1], paddingMode });
    expect(output.toArray()).toEqual([[[row]]]);
  });

  it.each(['zeros', 'reflect', 'replicate', 'circular'] as const)(
    'keeps images channels-last in memory with %s, whatever the layout of the weight',
    (paddingMode) => {
      const images = ones([2, 4, 5, 6]).contiguous({ memoryFormat: 'channelsLast' });
      const output = conv2d(images, ones([8, 4, 3, 3]), { padding: 1, paddingMode });
      expect(output.isContiguous('channelsLast')).toBe(true);
    },
  );

  const refusals: [string, () => unknown, OcelliError][] = [
    [
      'a weight that is none',
      () => conv2d(empty([1, 3, 8, 8]), empty([8, 3])),
      new ShapeError(
        'conv2d: expected weight to be (outChannels, inChannels / groups, height, width), got (8, 3).',
      ),
    ],
    [
      'groups that do not divide the outputs',
      () => conv2d(empty([1, 4, 8, 8]), empty([3, 2, 1, 1]), { groups: 2 }),
      new OptionError('conv2d: expected groups to be a divisor of the 3 output channels, got 2.'),
    ],
    [
      'a misspelt option',
      () => conv2d(empty([1, 4, 8, 8]), empty([3, 4, 1, 1]), { strid: 2 } as object),
      new OptionError(
        'conv2d: expected options to be among stride, padding, paddingMode, dilation, groups, bias, ' +
          'got "strid". Did you mean "stride"?',
      ),
    ],
  ];

  it.each(refusals)('refuses %s', (_, call, error) => {
    expect(call).toThrow(error);
  });
});
