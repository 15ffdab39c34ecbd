import { describe, expect, it } from 'vitest';

import { empty, ones, randn, tensor, zeros } from '../create.ts';
import { NativeError, type OcelliError, OptionError, ShapeError } from '../errors.ts';
import { Generator } from '../random.ts';
import { focalLoss, sigmoidFocalLoss } from './focalLoss.ts';
import { binaryCrossEntropy, binaryCrossEntropyWithLogits, crossEntropy, nllLoss } from './loss.ts';

const labels = tensor([0n, 2n]);

describe('crossEntropy', () => {
  it('is log K where every class is as likely', () => {
    expect(crossEntropy(zeros([2, 4]), labels).item()).toBeCloseTo(Math.log(4), 6);
  });

  it('is NaN where every label is ignored, for there is no mean of nothing', () => {
    expect(crossEntropy(zeros([2, 4]), labels.mul(0), { ignoreIndex: 0 }).item()).toBeNaN();
  });
});

type Refusal = [what: string, call: () => unknown, error: OcelliError];

const refusals: Refusal[] = [
  [
    'as many labels as there are not samples',
    () => crossEntropy(empty([128, 10]), empty([64], { dtype: 'int64' })),
    new ShapeError(
      'crossEntropy: expected targets to be int64 (128) or probabilities (128, 10), got int64 (64).',
    ),
  ],
  [
    'probabilities of another shape',
    () => crossEntropy(empty([2, 10]), empty([2, 9])),
    new ShapeError(
      'crossEntropy: expected targets to be int64 (2) or probabilities (2, 10), got float32 (2, 9).',
    ),
  ],
  [
    'logits of a single sample',
    () => crossEntropy(empty([10]), empty([], { dtype: 'int64' })),
    new ShapeError('crossEntropy: expected input to be (N, K) or (N, K, *), got (10).'),
  ],
  [
    'an ignored index among probabilities',
    () => crossEntropy(empty([2, 3]), empty([2, 3]), { ignoreIndex: 1 }),
    new OptionError(
      'crossEntropy: expected ignoreIndex to be left out with probabilities as targets, got 1.',
    ),
  ],
  [
    'more smoothing than there is target',
    () => crossEntropy(empty([2, 3]), labels, { labelSmoothing: 1.1 }),
    new OptionError('crossEntropy: expected labelSmoothing to be a number from 0 to 1, got 1.1.'),
  ],
  [
    'a misspelt reduction',
    () => crossEntropy(empty([2, 3]), labels, { reduction: 'maen' as 'mean' }),
    new OptionError(
      'crossEntropy: expected reduction to be one of none, sum, mean, got "maen". Did you mean "mean"?',
    ),
  ],
  [
    'a misspelt option',
    () => crossEntropy(empty([2, 3]), labels, { labelSmothing: 0.1 } as object),
    new OptionError(
      'crossEntropy: expected options to be among weight, ignoreIndex, labelSmoothing, reduction, ' +
        'got "labelSmothing". Did you mean "labelSmoothing"?',
    ),
  ],
  [
    'probabilities for the negative log-likelihood',
    () => nllLoss(empty([2, 3]), empty([2, 3])),
    new ShapeError('nllLoss: expected targets to be class indices, got float32 (2, 3).'),
  ],
  [
    'targets of another shape',
    () => binaryCrossEntropyWithLogits(empty([2, 3]), empty([2])),
    new ShapeError(
      'binaryCrossEntropyWithLogits: expected targets to have the shape of the input (2, 3), got (2).',
    ),
  ],
  [
    'an unknown option of the binary one',
    () => binaryCrossEntropy(empty([2]), empty([2]), { labelSmoothing: 0.1 } as object),
    new OptionError(
      'binaryCrossEntropy: expected options to be among weight, reduction, got "labelSmoothing".',
    ),
  ],
  [
    'a negative gamma',
    () => focalLoss(empty([2, 3]), labels, { gamma: -1 }),
    new OptionError('focalLoss: expected gamma to be a number of at least 0, got -1.'),
  ],
  [
    'focal logits for pixels',
    () => focalLoss(empty([2, 3, 4]), labels),
    new ShapeError('focalLoss: expected logits to be (N, K), got (2, 3, 4).'),
  ],
  [
    'an alpha above 1',
    () => sigmoidFocalLoss(empty([2]), empty([2]), { alpha: 2 }),
    new OptionError('sigmoidFocalLoss: expected alpha to be a number from 0 to 1, got 2.'),
  ],
];

describe('losses refuse', () => {
  it.each(refusals)('%s', (_, call, error) => {
    expect(call).toThrow(error);
  });

  it('a label that is no class', () => {
    expect(() => crossEntropy(zeros([2, 2]), labels)).toThrow(NativeError);
    expect(() => crossEntropy(zeros([2, 2]), labels)).toThrow('Target 2 is out of bounds');
  });
});

describe('focalLoss', () => {
  const logits = randn([6, 3], { dtype: 'float64', generator: new Generator({ seed: 1 }) });
  const classes = tensor([0n, 1n, 2n, 0n, 1n, 2n]);

  it('is cross-entropy where gamma is 0', () => {
    const focal = focalLoss(logits, classes, { gamma: 0 }).item();
    expect(focal).toBeCloseTo(crossEntropy(logits, classes).item(), 12);
  });

  it('is a quarter of the square of a missed half, times log 2', () => {
    expect(focalLoss(zeros([1, 2]), tensor([0n])).item()).toBeCloseTo(0.25 * Math.log(2), 6);
  });

  it('leaves out the ignored label, also one that is beyond the classes', () => {
    const alpha = tensor([1, 2, 3], { dtype: 'float64' });
    const some = tensor([0n, 255n, 2n, 0n, 255n, 2n]);
    const counted = tensor([0n, 2n, 3n, 5n]);
    const rest = focalLoss(logits.indexSelect(0, counted), some.indexSelect(0, counted), { alpha });
    const loss = focalLoss(logits, some, { alpha, ignoreIndex: 255 });
    expect(loss.item()).toBeCloseTo(rest.item(), 12);
  });

  it('of two classes is the one with sigmoid', () => {
    const z = tensor([-1.5, 0.3, 2], { dtype: 'float64' });
    const pairs = z.unsqueeze(1).mul(tensor([0, 1], { dtype: 'float64' }));
    const bits = tensor([1n, 0n, 1n]);
    const softmax = focalLoss(pairs, bits, { reduction: 'none' }).toArray() as number[];
    const sigmoid = sigmoidFocalLoss(z, bits.to({ dtype: 'float64' }), { reduction: 'none' });
    for (const [index, value] of (sigmoid.toArray() as number[]).entries()) {
      expect(softmax[index]).toBeCloseTo(value, 12);
    }
  });

  it.each([0.5, 1, 2])('has a finite gradient for gamma %s where nothing is missed', (gamma) => {
    const sure = tensor([[0, 200]], { requiresGrad: true });
    focalLoss(sure, tensor([1n]), { gamma }).backward();
    expect(sure.grad?.toArray()).toEqual([[0, 0]]);
    const surer = tensor([200], { requiresGrad: true });
    sigmoidFocalLoss(surer, ones([1]), { gamma }).backward();
    expect(surer.grad?.toArray()).toEqual([0]);
  });
});
