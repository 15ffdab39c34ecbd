import { expect, test } from 'vitest';
import { confidenceFor, precisionSteps } from './confidence.ts';
import { atTemperature, fitTemperature, predictionsAt } from './temperature.ts';

const classes = ['a', 'b'];

/** Of two classes: how likely the first is said to be, and whether it is. */
function said(pairs: readonly (readonly [number, boolean | undefined])[]) {
  return {
    classes,
    labels: Int32Array.from(pairs, ([, isFirst]) => (isFirst === undefined ? -1 : isFirst ? 0 : 1)),
    probabilities: Float32Array.from(pairs.flatMap(([share]) => [share, 1 - share])),
  };
}

test('steps of confidence: from the highest precision down to that of all answers', () => {
  const predictions = said([[0.99, true], [0.9, true], [0.8, false], [0.75, true], [0.7, undefined], [0.6, false]]); // prettier-ignore
  const steps = precisionSteps(predictions);
  expect(steps.map(({ precision }) => precision)).toEqual([1, 0.75, 0.6]);
  expect(steps.map(({ confidence }) => confidence.toFixed(2))).toEqual(['0.90', '0.75', '0.60']);
  expect(confidenceFor(steps, 1)).toBeCloseTo(0.9);
  expect(confidenceFor(steps, 0.7)).toBeCloseTo(0.75);
  expect(confidenceFor(steps, 0.1)).toBeCloseTo(0.6);
});

test('a precision that no confidence reaches leaves no answer', () => {
  const steps = precisionSteps(said([[0.9, false], [0.6, true]])); // prettier-ignore
  expect(confidenceFor(steps, 0.9)).toBe(Infinity);
  expect(precisionSteps(said([[0.9, undefined]]))).toEqual([]);
});

test('answers that are equally sure are in or out together', () => {
  const steps = precisionSteps(said([[0.75, true], [0.75, false], [0.25, false]])); // prettier-ignore
  expect(steps).toEqual([{ confidence: 0.75, precision: 2 / 3 }]);
});

test('the temperature makes confidence as high as the share of right answers', () => {
  // Said with 0.9, right in 3 of 4: best said with 0.75, logit ln 3 instead of ln 9, half of it.
  const predictions = said([[0.9, true], [0.9, true], [0.9, true], [0.9, false]]); // prettier-ignore
  const temperature = fitTemperature(predictions) ?? NaN;
  expect(temperature).toBeCloseTo(2, 2);
  expect(atTemperature(Float32Array.of(0.9, 0.1), temperature)[0]).toBeCloseTo(0.75, 3);
  expect(fitTemperature(said([[0.9, undefined]]))).toBeNull();
});

test('at temperature 1 probabilities are what they are, at a high one all alike', () => {
  const same = atTemperature(Float32Array.of(0.7, 0.2, 0.1), 1);
  expect(Array.from(same)).toEqual([expect.closeTo(0.7, 6), expect.closeTo(0.2, 6), expect.closeTo(0.1, 6)]); // prettier-ignore
  const [first = NaN, second = NaN] = atTemperature(Float32Array.of(0.7, 0.3), 1e6);
  expect(first).toBeCloseTo(second, 5);
});

test('predictions at another temperature keep labels and order; at 2 the odds are their roots', () => {
  const predictions = said([[0.9, true], [0.5, undefined]]); // prettier-ignore
  const { probabilities, labels } = predictionsAt(predictions, 2);
  // 0.9 to 0.1 is 9 to 1; the root is 3 to 1.
  const expected = [0.75, 0.25, 0.5, 0.5];
  for (const [index, value] of expected.entries())
    expect(probabilities[index]).toBeCloseTo(value, 6);
  expect(labels).toEqual(predictions.labels);
});
