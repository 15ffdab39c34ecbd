import { expect, test } from 'vitest';
import { confidentMistakes, labelSuspects, worstCases } from './hardCases.ts';
import type { Predictions } from './predictions.ts';

/** Pictures of two classes by their probability of the second one; dyadic, so float32 holds them. */
function pictures(labels: readonly number[], second: readonly number[]): Predictions {
  return {
    classes: ['cat', 'dog'],
    labels: Int32Array.from(labels),
    probabilities: Float32Array.from(second.flatMap((value) => [1 - value, value])),
  };
}

test('the worst cases are the wrong ones, the least likely label first', () => {
  const predictions = pictures([0, 0, 1, 0, -1], [0.75, 0.25, 0.125, 0.875, 1]);
  expect(worstCases(predictions)).toEqual([
    {
      index: 2,
      label: 1,
      predicted: 0,
      labelProbability: 0.125,
      predictedProbability: 0.875,
    },
    {
      index: 3,
      label: 0,
      predicted: 1,
      labelProbability: 0.125,
      predictedProbability: 0.875,
    },
    { index: 0, label: 0, predicted: 1, labelProbability: 0.25, predictedProbability: 0.75 },
  ]);
});

test('the most confident mistakes are the wrong ones, the surest answer first', () => {
  const three: Predictions = {
    classes: ['cat', 'dog', 'fox'],
    labels: Int32Array.from([0, 1, 2, -1]),
    // The label of the first is the least likely of all; the second is the surer answer.
    probabilities: Float32Array.from([0.125, 0.5, 0.375, 0.625, 0.25, 0.125, 0, 0, 1, 1, 0, 0]),
  };
  expect(worstCases(three).map(({ index }) => index)).toEqual([0, 1]);
  expect(confidentMistakes(three).map(({ index }) => index)).toEqual([1, 0]);
});

test('a label is suspect where another class is as likely as for the pictures that carry it', () => {
  // Mean probability of "dog" over the dogs: (1 + 0.625 + 0.625) / 3 = 0.75. Of the cats, only the one
  // with 0.875 reaches it, and no dog reaches the 0.5 of "cat"; 0.625 is a wrong prediction and no suspicion.
  const predictions = pictures([1, 1, 1, 0, 0, 0], [1, 0.625, 0.625, 0.875, 0.625, 0]);
  expect(labelSuspects(predictions).map(({ index, predicted }) => [index, predicted])).toEqual([
    [3, 1],
  ]);
  expect(worstCases(predictions).map(({ index }) => index)).toEqual([3, 4]);
});

test('the clearest suspicion comes first', () => {
  const predictions = pictures([1, 1, 0, 0, 0, 0], [0.5, 0.5, 0.75, 0.875, 0, 0]);
  expect(labelSuspects(predictions).map(({ index }) => index)).toEqual([3, 2]);
});

test('a missing label is neither wrong nor suspect', () => {
  const predictions = pictures([-1, 1], [0.25, 1]);
  expect(worstCases(predictions)).toEqual([]);
  expect(labelSuspects(predictions)).toEqual([]);
});
