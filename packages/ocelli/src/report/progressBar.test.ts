import { expect, test } from 'vitest';
import { figure, grouped, percent, perStep, span } from './numbers.ts';
import { type BarState, barLine } from './progressBar.ts';

const complete: BarState = {
  done: 391,
  total: 391,
  seconds: 68.034,
  timedSteps: 391,
  loss: 0.23649,
  accuracy: 0.918493,
};

test('a complete bar is written exactly as the founding runs printed it', () => {
  expect(barLine(complete)).toBe(
    '391/391 [==============================] - 68s 174ms/step - train loss: 0.2365 - train accuracy: 91.85',
  );
});

test('a running bar counts aligned, says the time left and the time per step', () => {
  const state = { ...complete, done: 13, seconds: 2.6, timedSteps: 13 };
  expect(barLine(state)).toBe(
    ' 13/391 [>.............................] - ETA: 1:16 200ms/step - train loss: 0.2365 - train accuracy: 91.85',
  );
});

test('half way the bar is half full', () => {
  expect(barLine({ ...complete, done: 50, total: 100 })).toContain(
    '[==============>...............]',
  );
});

test('an epoch gone on with from its middle is timed by its own steps alone', () => {
  const state = { ...complete, done: 300, seconds: 10, timedSteps: 100 };
  expect(barLine(state)).toContain('ETA: 9s 100ms/step'); // 91 steps left of 0.1 s each
});

test('no step yet: no division by zero', () => {
  expect(barLine({ ...complete, done: 0, seconds: 0, timedSteps: 0 })).toContain(
    'ETA: 0s 0us/step',
  );
});

test.each([200, 100, 90, 80, 79, 60, 20, 10])('never longer than %i columns', (columns) => {
  const line = barLine(complete, columns);
  expect(line.length).toBeLessThanOrEqual(columns);
  if (columns >= 79) expect(line).toContain('train accuracy: 91.85');
});

test.each([
  [79, ' 13/391 [>.................] - ETA: 1:16 200ms/step - loss: 0.2365 - acc: 91.85'],
  [60, ' 13/391 [>.....................] - loss: 0.2365 - acc: 91.85'],
])('of %i columns words are shortened, and no figure is cut', (columns, line) => {
  expect(barLine({ ...complete, done: 13, seconds: 2.6, timedSteps: 13 }, columns)).toBe(line);
});

test('numbers are written for people', () => {
  expect([grouped(6577600), percent(0.8378), figure(0.518), figure(0.00004)]).toEqual([
    '6,577,600',
    '83.78',
    '0.5180',
    '4.00e-5',
  ]);
  expect([9.4, 65, 7400].map(span)).toEqual(['9s', '1:05', '2:03:20']);
  expect([0.00085, 0.174, 5.613].map(perStep)).toEqual(['850us/step', '174ms/step', '5.61s/step']);
  expect([figure(0), figure(NaN)]).toEqual(['0.0000', 'NaN']);
});
