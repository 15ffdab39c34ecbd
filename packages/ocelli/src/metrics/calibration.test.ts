import { expect, test } from 'vitest';
import { calibrationBins, calibrationError } from './calibration.ts';
import type { Predictions } from './predictions.ts';

/** Two classes; each picture is said to be the first one, with the given confidence. */
function saidFirst(confidences: readonly number[], labels: readonly number[]): Predictions {
  return {
    classes: ['first', 'second'],
    labels: Int32Array.from(labels),
    probabilities: Float32Array.from(confidences.flatMap((value) => [value, 1 - value])),
  };
}

// Confidences that float32 holds exactly. Two of three right at 0.5625, one of one at 1, one unlabelled.
const fourBins = saidFirst([0.5625, 0.5625, 0.5625, 1, 0.75], [0, 0, 1, 0, -1]);

test('each bin holds the pictures about which the model was as sure', () => {
  expect(calibrationBins(fourBins, { bins: 4 })).toEqual([
    { from: 0, to: 0.25, count: 0, confidence: null, accuracy: null },
    { from: 0.25, to: 0.5, count: 0, confidence: null, accuracy: null },
    { from: 0.5, to: 0.75, count: 3, confidence: 0.5625, accuracy: 2 / 3 },
    { from: 0.75, to: 1, count: 1, confidence: 1, accuracy: 1 },
  ]);
});

test('the error is the distance of confidence and accuracy, weighed by pictures', () => {
  const error = calibrationError(calibrationBins(fourBins, { bins: 4 }));
  expect(error).toBeCloseTo((3 * (2 / 3 - 0.5625) + 1 * 0) / 4, 12);
});

test('a confidence on the border of two bins belongs to the lower one', () => {
  const [, second, third] = calibrationBins(saidFirst([0.5], [0]), { bins: 4 });
  expect([second?.count, third?.count]).toEqual([1, 0]);
});

test('there are 15 bins unless another number is asked for', () => {
  expect(calibrationBins(fourBins)).toHaveLength(15);
});

test('no bins and unknown options are refused', () => {
  expect(() => calibrationBins(fourBins, { bins: 0 })).toThrow(
    'calibrationBins: expected bins to be a positive integer, got 0.',
  );
  expect(() => calibrationBins(fourBins, { bin: 5 } as never)).toThrow('Did you mean "bins"?');
});
