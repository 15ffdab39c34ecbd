import { OptionError, ShapeError } from '@ocelli/torch';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { classificationReport } from './classificationReport.ts';
import type { Predictions } from './predictions.ts';

// Six pictures, the last one without a label. By hand:
//   label      cat  cat  cat  dog  bird  -
//   predicted  cat  cat  dog  dog  dog   bird
const pets: Predictions = {
  classes: ['cat', 'dog', 'bird'],
  labels: Int32Array.of(0, 0, 0, 1, 2, -1),
  probabilities: Float32Array.from(
    [
      [0.5, 0.25, 0.25],
      [0.5, 0.25, 0.25],
      [0.25, 0.5, 0.25],
      [0.25, 0.5, 0.25],
      [0.25, 0.5, 0.25],
      [0.25, 0.25, 0.5],
    ].flat(),
  ),
};

test('counts each label against each prediction, and masks what has no label', () => {
  const { count, labelled, confusion } = classificationReport(pets);
  expect({ count, labelled }).toEqual({ count: 6, labelled: 5 });
  expect(confusion).toEqual([
    [2, 1, 0],
    [0, 1, 0],
    [0, 1, 0],
  ]);
});

test('precision, recall and F1 of every class; a ratio over nothing is null', () => {
  expect(classificationReport(pets).perClass).toEqual([
    { label: 'cat', support: 3, precision: 1, recall: 2 / 3, f1: 4 / 5 },
    { label: 'dog', support: 1, precision: 1 / 3, recall: 1, f1: 2 / 4 },
    { label: 'bird', support: 1, precision: null, recall: 0, f1: 0 },
  ]);
});

test('accuracy stands beside the majority baseline and the mean recall', () => {
  const report = classificationReport(pets);
  expect(report.accuracy).toBeCloseTo(3 / 5, 12);
  expect(report.majorityBaseline).toEqual({ label: 'cat', share: 3 / 5 });
  expect(report.balancedAccuracy).toBeCloseTo((2 / 3 + 1 + 0) / 3, 12);
});

test('the loss is the mean negative log-likelihood of the labels', () => {
  // Three labels have probability 1/2 and two 1/4: (3 ln 2 + 2 ln 4) / 5 = 7 ln 2 / 5.
  expect(classificationReport(pets).loss).toBeCloseTo((7 * Math.log(2)) / 5, 12);
});

test('a label that was thought impossible costs much and not infinity', () => {
  const sure = { classes: ['a', 'b'], labels: Int32Array.of(1) };
  const { loss } = classificationReport({ ...sure, probabilities: Float32Array.of(1, 0) });
  expect(loss).toBeCloseTo(126 * Math.log(2), 9);
});

test('a class that does not occur is left out of the balanced accuracy', () => {
  const { balancedAccuracy, perClass } = classificationReport({
    classes: ['a', 'b', 'never'],
    labels: Int32Array.of(0, 1),
    probabilities: Float32Array.of(1, 0, 0, 0, 1, 0),
  });
  expect(balancedAccuracy).toBe(1);
  expect(perClass[2]).toEqual({
    label: 'never',
    support: 0,
    precision: null,
    recall: null,
    f1: null,
  });
});

test.each([0, 2])('%i pictures without a label give null for every figure', (count) => {
  const report = classificationReport({
    classes: ['a', 'b'],
    labels: new Int32Array(count).fill(-1),
    probabilities: new Float32Array(2 * count).fill(0.5),
  });
  expect(report).toMatchObject({
    count,
    labelled: 0,
    loss: null,
    accuracy: null,
    majorityBaseline: null,
    balancedAccuracy: null,
    calibrationError: null,
  });
});

test('what cannot be measured is refused with the rule it breaks', () => {
  const classes = ['a', 'b'];
  const labels = Int32Array.of(0);
  const report = (given: Partial<Predictions>) => () =>
    classificationReport({ classes, labels, probabilities: Float32Array.of(0.5, 0.5), ...given });
  expect(report({ probabilities: Float32Array.of(1) })).toThrow(
    new ShapeError('classificationReport: expected probabilities to be 1 x 2 = 2 numbers, got 1.'),
  );
  expect(report({ labels: Int32Array.of(2) })).toThrow(
    new OptionError('classificationReport: expected labels to be from -1 to 1, got 2.'),
  );
  expect(report({ probabilities: Float32Array.of(NaN, 1) })).toThrow(
    new OptionError('classificationReport: expected probabilities to be from 0 to 1, got "NaN".'),
  );
});

/** Any predictions of up to 40 pictures over 1 to 5 classes. */
const anyPredictions = fc
  .integer({ min: 1, max: 5 })
  .chain((numClasses) =>
    fc.array(
      fc.record({
        label: fc.integer({ min: -1, max: numClasses - 1 }),
        weights: fc.array(fc.integer({ min: 1, max: 1000 }), {
          minLength: numClasses,
          maxLength: numClasses,
        }),
      }),
      { minLength: 1, maxLength: 40 },
    ),
  )
  .map((pictures): Predictions => {
    const numClasses = pictures[0]?.weights.length ?? 0;
    return {
      classes: Array.from({ length: numClasses }, (_, index) => `class ${index}`),
      labels: Int32Array.from(pictures, ({ label }) => label),
      probabilities: Float32Array.from(
        pictures.flatMap(({ weights }) => {
          const total = weights.reduce((a, b) => a + b);
          return weights.map((weight) => weight / total);
        }),
      ),
    };
  });

test('accuracy is the recall of the classes weighed by their support', () => {
  fc.assert(
    fc.property(anyPredictions, (predictions) => {
      const { accuracy, labelled, perClass } = classificationReport(predictions);
      const found = perClass.reduce((sum, { recall, support }) => sum + (recall ?? 0) * support, 0);
      expect(accuracy ?? 0).toBeCloseTo(labelled === 0 ? 0 : found / labelled, 9);
    }),
  );
});

test('the order of the pictures changes nothing but rounding', () => {
  fc.assert(
    fc.property(anyPredictions, (predictions) => {
      const { labels, probabilities, classes } = predictions;
      const numClasses = classes.length;
      const reversed = classificationReport({
        classes,
        labels: labels.toReversed(),
        probabilities: Float32Array.from(
          Array.from(labels.keys())
            .reverse()
            .flatMap((row) => [
              ...probabilities.subarray(row * numClasses, (row + 1) * numClasses),
            ]),
        ),
      });
      const report = classificationReport(predictions);
      expect(reversed.confusion).toEqual(report.confusion);
      expect(reversed.loss ?? -1).toBeCloseTo(report.loss ?? -1, 9);
      expect(reversed.calibrationError ?? -1).toBeCloseTo(report.calibrationError ?? -1, 9);
    }),
  );
});

test('every share is from 0 to 1, and no figure is NaN', () => {
  fc.assert(
    fc.property(anyPredictions, (predictions) => {
      const { perClass, majorityBaseline, ...report } = classificationReport(predictions);
      const { accuracy, balancedAccuracy, calibrationError } = report;
      const shares = perClass.flatMap(({ precision, recall, f1 }) => [precision, recall, f1]);
      shares.push(accuracy, balancedAccuracy, calibrationError, majorityBaseline?.share ?? null);
      for (const share of shares) expect(share === null || (share >= 0 && share <= 1)).toBe(true);
      expect(report.loss === null || report.loss >= 0).toBe(true);
    }),
  );
});
