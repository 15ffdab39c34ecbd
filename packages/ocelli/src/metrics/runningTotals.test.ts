import { liveTensorCount, tensor } from '@ocelli/torch';
import { expect, test } from 'vitest';
import { RunningTotals } from './runningTotals.ts';
import { noTotals, scoresOf } from './scores.ts';

function outcome(logits: number[][], labels: number[], lossSum: number) {
  return {
    logits: tensor(logits),
    labels: tensor(labels, { dtype: 'int64' }),
    lossSum: tensor(lossSum),
  };
}

test('adds up losses, right answers and samples over batches of any size', () => {
  const totals = new RunningTotals('cpu');
  const three = [
    [1, 0],
    [0, 1],
    [0.6, 0.4],
  ];
  totals.add(outcome(three, [0, 0, 0], 1.5)); // two of three are right
  totals.add(outcome([[0, 1]], [1], 0.25));
  expect(totals.read()).toEqual({ lossSum: 1.75, correct: 3, count: 4 });
});

test('goes on from given totals', () => {
  const totals = new RunningTotals('cpu', { lossSum: 10.5, correct: 7, count: 9 });
  totals.add(outcome([[0, 1]], [1], 0.5));
  expect(totals.read()).toEqual({ lossSum: 11, correct: 8, count: 10 });
});

test('small losses at the end of a large epoch are not lost', () => {
  const totals = new RunningTotals('cpu', { lossSum: 2 ** 24, correct: 0, count: 1 });
  totals.add(outcome([[0, 1]], [1], 0.25)); // float32 would swallow it
  expect(totals.read().lossSum).toBe(2 ** 24 + 0.25);
});

test('neither adding nor reading leaves tensors behind', () => {
  const one = outcome([[0, 1]], [1], 0.5);
  const before = liveTensorCount();
  const totals = new RunningTotals('cpu');
  for (let batch = 0; batch < 10; batch++) totals.add(one);
  totals.read();
  totals.dispose();
  expect(liveTensorCount()).toBe(before);
});

test('scores are means over the samples counted, and NaN over none', () => {
  expect(scoresOf({ lossSum: 3, correct: 1, count: 4 })).toEqual({
    loss: 0.75,
    correct: 1,
    count: 4,
    accuracy: 0.25,
  });
  expect(scoresOf(noTotals)).toEqual({ loss: NaN, correct: 0, count: 0, accuracy: NaN });
});
