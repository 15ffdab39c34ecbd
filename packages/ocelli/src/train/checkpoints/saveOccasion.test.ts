import { expect, test } from 'vitest';
import { epochEnded, progressAfter, runStarted } from '../../../test/scriptedRun.ts';
import type { TrainEvent } from '../record/events.ts';
import { type SaveOccasions, saveOccasions } from './saveOccasion.ts';

const totals = { lossSum: 3, correct: 2, count: 5 };

/** A step of the first epoch, of ten, that took its number in seconds. */
function step(number: number, isRead = true): TrainEvent {
  const counts = { epoch: 1, stepInEpoch: number, stepsPerEpoch: 10, step: number };
  return { type: 'stepEnded', ...counts, lr: 0.1, seconds: number, ...(isRead && { totals }) };
}

/** Steps at which a run is saved. */
function savedAt(options: SaveOccasions, events: readonly TrainEvent[]): number[] {
  const occasion = saveOccasions(options);
  return [runStarted(), ...events].flatMap((event) => occasion(event)?.step ?? []);
}

test('after so many steps, or at the next one whose totals are known', () => {
  const read = [1, 2, 3, 4, 5, 6, 7].map((number) => step(number));
  expect(savedAt({ everySteps: 3 }, read)).toEqual([3, 6]);
  const seldom = [step(1), step(2), step(3, false), step(4), step(5, false), step(6), step(7)];
  expect(savedAt({ everySteps: 3 }, seldom)).toEqual([4, 6]);
  expect(savedAt({}, read)).toEqual([]);
});

test('after so many seconds of work since the last time', () => {
  const read = [2, 4, 6, 8, 9].map((number) => step(number));
  expect(savedAt({ everySeconds: 4 }, read)).toEqual([4, 8]);
});

test('after so many epochs, and always after the last', () => {
  const epochs = [1, 2, 3, 4, 5].map((epoch) => epochEnded(epoch, 100));
  expect(savedAt({}, epochs)).toEqual([10, 20, 30, 40, 50]);
  expect(savedAt({ everyEpochs: 2 }, epochs)).toEqual([20, 40]);
  expect(savedAt({ everyEpochs: 15 }, [epochEnded(20, 100)])).toEqual([200]); // of 20 epochs
});

test('when the run stops early, wherever it stands', () => {
  const progress = { ...progressAfter(0), step: 4, stepInEpoch: 4 };
  const stopping = { type: 'runStopping', reason: 'interrupted', progress } as const;
  expect(savedAt({ everyEpochs: 9 }, [stopping])).toEqual([4]);
});
