import { expect, test } from 'vitest';
import { atTheBeginning, type EpochEnded, type TrainEvent } from '../train/record/events.ts';
import { compareNumbers, recordedNumbers } from './numbersAgain.ts';

const epoch = (number: number, loss: number): EpochEnded => ({
  type: 'epochEnded',
  epoch: number,
  epochs: 2,
  lr: 0.1,
  train: { loss: 1, accuracy: 0.5, correct: 5, count: 10 },
  validation: {
    loss,
    accuracy: null as unknown as number,
    correct: 3,
    count: 6,
    attributes: { pose: { loss, accuracy: 0.5, correct: 3, labelled: 6 } },
  } as NonNullable<EpochEnded['validation']>,
  progress: { ...atTheBeginning, epoch: number + 1, seconds: 100 * Math.random() },
});

test('every number is on the list with its figure and epoch, and no time', () => {
  const numbers = recordedNumbers([epoch(1, 0.7)], { heads: { label: { accuracy: 0.25 } } });
  expect(numbers).toContainEqual({ figure: 'validation pose loss', epoch: 1, value: 0.7 });
  expect(numbers).toContainEqual({ figure: 'validation accuracy', epoch: 1, value: null });
  expect(numbers).toContainEqual({ figure: 'evaluation heads label accuracy', value: 0.25 });
  expect(numbers).toHaveLength(14); // lr, 4 of training, 4 + 4 of validation, 1 of the evaluation
  expect(numbers.some(({ figure }) => figure.includes('seconds'))).toBe(false);
});

test('what differs in the last bit differs, and by how much is said', () => {
  const events = (loss: number): TrainEvent[] => [epoch(1, 0.5), epoch(2, loss)];
  const again = compareNumbers(
    recordedNumbers(events(0.3)),
    recordedNumbers(events(0.1 + 0.2)), // 0.30000000000000004
  );
  const differing = again.filter(({ same }) => !same);
  expect(differing.map(({ figure }) => figure)).toEqual([
    'validation loss',
    'validation pose loss',
  ]);
  expect(differing[0]).toMatchObject({ epoch: 2, before: 0.3, difference: 2 ** -54 });
});

test('what was not reached again is no number', () => {
  const again = compareNumbers(
    recordedNumbers([epoch(1, 0.5), epoch(2, 0.4)]),
    recordedNumbers([epoch(1, 0.5)]),
  );
  expect(
    again.filter(({ same }) => !same).every(({ epoch, now }) => epoch === 2 && now === undefined),
  ).toBe(true);
  expect(again.filter(({ same }) => same)).toHaveLength(13);
});
