import { liveTensorCount, tensor } from '@ocelli/torch';
import { expect, test } from 'vitest';
import type { BatchOutcome, HeadOutcome } from './batchOutcome.ts';
import { RunningTotals } from './runningTotals.ts';
import { noTotals, scoresOf } from './scores.ts';

function head(logits: number[][], labels: number[], loss: number): Omit<HeadOutcome, 'attribute'> {
  return {
    logits: tensor(logits),
    labels: tensor(labels, { dtype: 'int64' }),
    loss: tensor(loss),
    term: tensor(loss),
  };
}

function outcome(logits: number[][], labels: number[], lossSum: number): BatchOutcome {
  return { loss: tensor(lossSum), reduction: 'sum', heads: [head(logits, labels, lossSum)] };
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

test('the mean loss of a batch counts as often as the batch has samples', () => {
  const totals = new RunningTotals('cpu');
  const two = head([[1, 0], [0, 1]], [0, 0], 0.5); // prettier-ignore
  totals.add({ loss: two.loss, reduction: 'mean', heads: [two] });
  expect(totals.read()).toEqual({ lossSum: 1, correct: 1, count: 2 });
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
  const several = twoAttributes();
  const before = liveTensorCount();
  for (const each of [one, several]) {
    const totals = new RunningTotals('cpu');
    for (let batch = 0; batch < 10; batch++) totals.add(each);
    totals.read();
    totals.dispose();
  }
  expect(liveTensorCount()).toBe(before);
});

/** Four pictures: right and right, right and wrong, right and unknown, unknown and unknown. */
function twoAttributes(): BatchOutcome {
  const yes = [0, 1];
  const gender = head([yes, yes, yes, yes], [1, 1, 1, -1], 0.5);
  const pose = head([yes, yes, yes, yes], [1, 0, -1, -1], 2);
  const heads = [
    { attribute: 'gender', ...gender },
    { attribute: 'pose', ...pose },
  ];
  return { loss: tensor(2.5), reduction: 'mean', heads };
}

test('a missing label counts in no figure of its attribute, and a picture without any in none', () => {
  const totals = new RunningTotals('cpu');
  totals.add(twoAttributes());
  expect(totals.read()).toEqual({
    lossSum: 10,
    correct: 2, // the first, and the third in all that is known of it
    count: 4,
    attributes: {
      gender: { lossSum: 1.5, correct: 3, labelled: 3 },
      pose: { lossSum: 4, correct: 1, labelled: 2 },
    },
  });
});

test('goes on from given totals of attributes', () => {
  const totals = new RunningTotals('cpu');
  totals.add(twoAttributes());
  const goingOn = new RunningTotals('cpu', totals.read());
  expect(goingOn.read()).toEqual(totals.read());
  goingOn.add(twoAttributes());
  totals.add(twoAttributes());
  expect(goingOn.read()).toEqual(totals.read());
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

test('of several attributes, accuracy is the mean over those that have labels', () => {
  const attributes = {
    gender: { lossSum: 1.5, correct: 3, labelled: 3 },
    pose: { lossSum: 4, correct: 1, labelled: 2 },
    age: { lossSum: 0, correct: 0, labelled: 0 },
  };
  expect(scoresOf({ lossSum: 10, correct: 2, count: 4, attributes })).toEqual({
    loss: 2.5,
    correct: 2,
    count: 4,
    accuracy: 0.75,
    allCorrect: 0.5,
    attributes: {
      gender: { loss: 0.5, correct: 3, labelled: 3, accuracy: 1 },
      pose: { loss: 2, correct: 1, labelled: 2, accuracy: 0.5 },
      age: { loss: null, correct: 0, labelled: 0, accuracy: null },
    },
  });
});
