import { expect, test } from 'vitest';
import { type EpochsState, epochsLine } from './epochsBar.ts';

const second: EpochsState = {
  done: 1.5,
  epochs: 20,
  seconds: 30,
  validation: { loss: 1.15, correct: 120, count: 200, accuracy: 0.6 },
};

test('the bar of epochs counts those made and says the time left and the time of one', () => {
  // 18.5 epochs of 20 s are left; 1.5 of 20 epochs fill 2 of 30 places
  expect(epochsLine(second, 6)).toBe(
    '  1/20 [=>............................] - ETA: 6:10 20s/epoch - val loss: 1.1500 - val accuracy: 60.00',
  );
});

test('the finished bar of epochs says how long it took', () => {
  const state = { done: 20, epochs: 20, seconds: 4953 }; // 1 h 22 min 33 s
  expect(epochsLine(state, 5)).toBe('20/20 [==============================] - 1:22:33 4:08/epoch');
});

test('no step yet: no division by zero', () => {
  expect(epochsLine({ done: 0, epochs: 3, seconds: 0 }, 0)).toContain('ETA: 0s 0s/epoch');
});

test.each([120, 80, 40, 10])('never longer than %i columns', (columns) => {
  expect(epochsLine(second, 6, columns).length).toBeLessThanOrEqual(columns);
});
