import { expect, test } from 'vitest';
import { calibratedHeads } from './calibratedHeads.ts';

const labels = Int32Array.of(0);
const bag = { classes: ['none', 'bag'], labels, probabilities: Float32Array.of(0.8, 0.2) };
const measured = (temperature: number) => ({ temperature, precisionSteps: [] });

test('probabilities of each head are those at its temperature', () => {
  const heads = [{ name: 'bag', ...bag }, { name: 'hat', ...bag }]; // prettier-ignore
  const [first, second] = calibratedHeads(heads, new Map([['bag', measured(2)]]));
  // The square roots of 4 to 1 are 2 to 1.
  expect(Array.from(first?.probabilities ?? [])).toEqual([
    expect.closeTo(2 / 3, 6),
    expect.closeTo(1 / 3, 6),
  ]);
  expect(first).toMatchObject({ name: 'bag', classes: ['none', 'bag'], labels });
  expect(second?.probabilities[0]).toBeCloseTo(0.8, 6);
});

test('the only label, which has no name on record, has its temperature', () => {
  const [only] = calibratedHeads([{ name: 'label', ...bag }], new Map([['', measured(2)]]));
  expect(only?.probabilities[1]).toBeCloseTo(1 / 3, 6);
});
