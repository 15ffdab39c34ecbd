import { expect, test } from 'vitest';
import { checkMetrics, type Metric, metricValues } from './metric.ts';

const predictions = {
  classes: ['cat', 'dog', 'fox'],
  labels: Int32Array.of(0, 1, -1, 2),
  // In order: right, second, without a label, third.
  probabilities: Float32Array.of(0.7, 0.2, 0.1, 0.5, 0.3, 0.2, 1, 0, 0, 0.6, 0.3, 0.1),
};

/** Share of the labelled pictures whose label is among the two most likely classes. */
const top2Accuracy: Metric = {
  name: 'top2Accuracy',
  compute({ labels, probabilities, classes }) {
    const rows = Array.from(labels, (label, row) => ({ label, start: row * classes.length }));
    const labelled = rows.filter(({ label }) => label >= 0);
    const right = labelled.filter(({ label, start }) => {
      const own = Array.from(probabilities.subarray(start, start + classes.length));
      return own.filter((other) => other > (own[label] ?? NaN)).length < 2;
    });
    return right.length / labelled.length;
  },
};

test('a metric sees labels, probabilities and classes: two of three labels are among the first two', () => {
  expect(metricValues([top2Accuracy], predictions)).toEqual({ top2Accuracy: 2 / 3 });
});

test('what is not finite is null, and anything but a number is refused', () => {
  const giving = (value: unknown): Metric => ({ name: 'odd', compute: () => value as number });
  expect(metricValues([giving(NaN)], predictions)).toEqual({ odd: null });
  expect(metricValues([giving(null)], predictions)).toEqual({ odd: null });
  expect(() => metricValues([giving('0.5')], predictions)).toThrow(
    'metric odd: expected its value to be a number or null, got "0.5".',
  );
});

test.each([
  [{}, 'm.js: expected metrics to be a list of { name, compute }, got {}.'],
  [[3], 'm.js: expected a metric to be { name, compute }, got 3.'],
  [
    [{ name: 'Top 2', compute: () => 1 }],
    'm.js: expected the name of a metric to be a word such as top2Accuracy, got "Top 2".',
  ],
  [
    [{ name: 'accuracy', compute: () => 1 }],
    'm.js: expected the name of a metric to be a new one, got "accuracy".',
  ],
  [[top2Accuracy, top2Accuracy], 'to be a new one, got "top2Accuracy".'],
  [
    [{ name: 'top2', compute: 0.5 }],
    'm.js: expected compute of top2 to be a function of predictions, got 0.5.',
  ],
  [
    [{ name: 'top2', compute: () => 1, better: 'lower' }],
    'm.js: unknown option better of a metric.',
  ],
])('refuses %j', (given, message) => {
  expect(() => checkMetrics('m.js', given)).toThrow(message);
});

test('a list of metrics is given back as it is', () => {
  const list = [top2Accuracy];
  expect(checkMetrics('m.js', list)).toBe(list);
});
