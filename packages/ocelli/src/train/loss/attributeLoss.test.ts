import { tensor } from '@ocelli/torch';
import { expect, test } from 'vitest';
import { attributeLoss } from './attributeLoss.ts';
import { LearnedLossWeights } from './learnedLossWeights.ts';

const ln2 = Math.log(2);

/** Two pictures, nothing known: each head loses ln K a labelled picture. Pose lacks its second label. */
const outputs = { gender: tensor([[0, 0], [0, 0]]), pose: tensor([[0, 0, 0, 0], [0, 0, 0, 0]]) }; // prettier-ignore
const labels = tensor([[0, 3], [1, -1]], { dtype: 'int64' }); // prettier-ignore

const equal = { gender: {}, pose: {} };

test('the loss of many heads is the sum of their means, each over its own labels', () => {
  const outcome = attributeLoss({ attributes: equal }).compute(outputs, labels);
  expect(outcome.loss.item()).toBeCloseTo(ln2 + 2 * ln2, 6);
  expect(outcome.heads.map(({ attribute, loss }) => [attribute, loss.item()])).toEqual([
    ['gender', expect.closeTo(ln2, 6)],
    ['pose', expect.closeTo(2 * ln2, 6)],
  ]);
});

test('with reduction sum the labelled pictures of each head add up', () => {
  const loss = attributeLoss({ reduction: 'sum', attributes: equal });
  expect(loss.compute(outputs, labels).loss.item()).toBeCloseTo(2 * ln2 + 2 * ln2, 6);
});

test('lossWeight weighs a head in the sum and leaves its own figure alone', () => {
  const attributes = { gender: { lossWeight: 0.3 }, pose: { lossWeight: 0.8 } };
  const { loss, heads } = attributeLoss({ attributes }).compute(outputs, labels);
  expect(loss.item()).toBeCloseTo(0.3 * ln2 + 0.8 * 2 * ln2, 6);
  expect(heads[1]?.loss.item()).toBeCloseTo(2 * ln2, 6);
  expect(heads[1]?.term.item()).toBeCloseTo(1.6 * ln2, 6);
});

test('an option of one attribute is no option of another', () => {
  const attributes = { gender: { classWeights: [3, 3] }, pose: {} };
  const loss = attributeLoss({ reduction: 'sum', attributes });
  const { heads } = loss.compute(outputs, labels);
  expect(heads.map((head) => head.loss.item())).toEqual([
    expect.closeTo(6 * ln2, 5),
    expect.closeTo(2 * ln2, 5),
  ]);
});

test('learned weights are exp(-s) L + s / 2, and a hard head learns to count less', () => {
  const learned = new LearnedLossWeights(['gender', 'pose']);
  const [ofGender] = learned.parameters();
  ofGender?.detach().fill_(ln2); // a variance of 2
  const { loss } = attributeLoss({ attributes: equal, learned }).compute(outputs, labels);
  expect(loss.item()).toBeCloseTo(ln2 / 2 + ln2 / 2 + 2 * ln2, 6);
  loss.backward();
  const gradients = learned.parameters().map(({ grad }) => grad?.item());
  // 1/2 - exp(-s) L
  expect(gradients).toEqual([expect.closeTo(0.5 - ln2 / 2, 6), expect.closeTo(0.5 - 2 * ln2, 6)]);
});

test('a head without any label in the batch moves no learned weight', () => {
  const learned = new LearnedLossWeights(['gender', 'pose']);
  const none = tensor([[0, -1], [1, -1]], { dtype: 'int64' }); // prettier-ignore
  attributeLoss({ attributes: equal, learned }).compute(outputs, none).loss.backward();
  expect(learned.parameters().map(({ grad }) => grad?.item())[1]).toBeCloseTo(0, 9);
});

test('labels without a column for each head are refused', () => {
  const loss = attributeLoss({ attributes: equal });
  const narrow = tensor([[0], [1]], { dtype: 'int64' });
  expect(() => loss.compute(outputs, narrow)).toThrow(
    'labels: expected one column for each of the attributes gender, pose, got the shape (2, 1).',
  );
});
