import { tensor, type Tensor } from '@ocelli/torch';
import { expect, test } from 'vitest';
import { answerLogits, headLoss, type HeadLossOptions } from './headLoss.ts';

const { log } = Math;
const ln3 = log(3);

/** Three pictures said to be of class 1 with probability 3/4, their labels 1, 0 and missing. */
function judged(reduction: 'sum' | 'mean', options?: HeadLossOptions, labels = [1, 0, -1]): number {
  const logits = tensor(labels.map(() => [0, ln3]));
  const target = tensor(labels, { dtype: 'int64' });
  return headLoss(reduction, options)({ logits, labels: target }).item();
}

const [right, wrong] = [-log(3 / 4), -log(1 / 4)];

test('the loss of a head adds up or averages over the labelled pictures', () => {
  expect(judged('sum')).toBeCloseTo(right + wrong, 6);
  expect(judged('mean')).toBeCloseTo((right + wrong) / 2, 6);
});

const kinds: HeadLossOptions[] = [
  {},
  { classWeights: [2, 5] },
  { loss: 'focal' },
  { loss: 'focal', classWeights: [2, 5] },
  { loss: 'binary' },
  { loss: 'binary', classWeights: [2, 5] },
];

test.each(kinds)('without any label the loss and its gradient are 0: %j', (options) => {
  const logits = tensor([[0, 1], [2, 3]]).requiresGrad_(); // prettier-ignore
  const labels = tensor([-1, -1], { dtype: 'int64' });
  const loss = headLoss('mean', options)({ logits, labels });
  loss.backward();
  expect(loss.item()).toBe(0);
  expect(logits.grad?.toArray()).toEqual([
    [0, 0],
    [0, 0],
  ]);
});

test.each(kinds)('a missing label changes nothing about the others: %j', (options) => {
  expect(judged('mean', options)).toBeCloseTo(judged('mean', options, [1, 0]), 6);
  expect(judged('sum', options)).toBeCloseTo(judged('sum', options, [1, 0]), 6);
});

test('classWeights multiply each loss by the weight of its label, and the mean is divided by them', () => {
  const options = { classWeights: [2, 5] };
  expect(judged('sum', options)).toBeCloseTo(5 * right + 2 * wrong, 5);
  expect(judged('mean', options)).toBeCloseTo((5 * right + 2 * wrong) / 7, 6);
});

test('labelSmoothing spreads a share of the target over the classes', () => {
  const smoothed = (own: number, other: number): number => 0.9 * own + 0.1 * other;
  const expected = smoothed(right, wrong) + smoothed(wrong, right);
  expect(judged('sum', { labelSmoothing: 0.2 })).toBeCloseTo(expected, 6);
});

test('focal multiplies each loss by what was missed to the power of gamma', () => {
  const missed = (1 / 4) ** 2 * right + (3 / 4) ** 2 * wrong;
  expect(judged('sum', { loss: 'focal' })).toBeCloseTo(missed, 6);
  const linear = (1 / 4) * right + (3 / 4) * wrong;
  expect(judged('sum', { loss: 'focal', focalGamma: 1 })).toBeCloseTo(linear, 6);
  expect(judged('mean', { loss: 'focal', focalGamma: 0 })).toBeCloseTo((right + wrong) / 2, 6);
});

test('binary asks one question a class: sigmoids, added up', () => {
  // sigmoid(0) = 1/2 of class 0, sigmoid(ln 3) = 3/4 of class 1
  const ofOne = -log(1 / 2) - log(3 / 4);
  const ofZero = -log(1 / 2) - log(1 / 4);
  expect(judged('sum', { loss: 'binary' })).toBeCloseTo(ofOne + ofZero, 6);
  expect(judged('mean', { loss: 'binary' })).toBeCloseTo((ofOne + ofZero) / 2, 6);
});

test('the answer of a binary head is its sigmoids, made to add up to 1', () => {
  const logits = tensor([[0, ln3]]);
  const shares = (values: Tensor): number[] => (values.softmax(1).toArray() as number[][])[0] ?? [];
  expect(shares(answerLogits(logits, 'binary'))[1]).toBeCloseTo(0.75 / 1.25, 6);
  expect(shares(answerLogits(logits, 'focal'))[1]).toBeCloseTo(0.75, 6);
});

test('logitOffsets are added before the softmax', () => {
  expect(judged('sum', { logitOffsets: [ln3, 0] })).toBeCloseTo(2 * log(2), 6);
});

test.each(kinds)(
  'of a picture mixed from two, both labels count by their shares: %j',
  (options) => {
    const logits = tensor([[0, ln3], [0, ln3], [0, ln3]]); // prettier-ignore
    const labels = tensor([1, 1, -1], { dtype: 'int64' });
    const mix = {
      labels: tensor([0, -1, 0], { dtype: 'int64' }),
      share: tensor([0.75, 0.5, 0.25]),
    };
    const sum = headLoss('sum', options)({ logits, labels, mix }).item();
    const alone = (label: number): number => judged('sum', options, [label]);
    // 0.75 of 1 and 0.25 of 0; half of 1, the other half unknown; three quarters of 0
    expect(sum).toBeCloseTo(
      0.75 * alone(1) + 0.25 * alone(0) + 0.5 * alone(1) + 0.75 * alone(0),
      5,
    );
    const mean = headLoss('mean', options)({ logits, labels, mix }).item();
    const isWeighted = options.classWeights !== undefined && options.loss !== 'focal';
    const [w0, w1] = isWeighted ? [2, 5] : [1, 1];
    expect(mean).toBeCloseTo(sum / (1.25 * w1 + w0), 5);
  },
);
