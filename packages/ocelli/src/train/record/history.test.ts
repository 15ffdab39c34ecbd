import { expect, test } from 'vitest';
import { epochEnded, runStarted } from '../../../test/scriptedRun.ts';
import type { AttributeScores } from '../../metrics/scores.ts';
import { checkFigures } from '../../metrics/bestFigure.ts';
import type { EpochEnded } from './events.ts';
import { bestEpoch, epochsOf } from './history.ts';
import { resultsCsv } from './resultsCsv.ts';

test('the best epoch is the one with the highest validation accuracy, not the last', () => {
  const events = [runStarted(), epochEnded(1, 100), epochEnded(2, 180), epochEnded(3, 150)];
  expect(bestEpoch(events)?.epoch).toBe(2);
});

test('equal accuracies: the lower validation loss wins, then the earlier epoch', () => {
  const events = [epochEnded(1, 180, 0.9), epochEnded(2, 180, 0.7), epochEnded(3, 180, 0.7)];
  expect(bestEpoch(events)?.epoch).toBe(2);
});

test('there is no best epoch without validation', () => {
  const { validation: _, ...unvalidated } = epochEnded(1, 100);
  expect(bestEpoch([runStarted(), unvalidated])).toBeUndefined();
});

test('epochs after the checkpoint a run went on from did not happen', () => {
  const lost = epochEnded(2, 199);
  const again = epochEnded(2, 120);
  const events = [runStarted(), epochEnded(1, 100), lost, runStarted(1), again, epochEnded(3, 130)];
  expect(epochsOf(events)).toEqual([epochEnded(1, 100), again, epochEnded(3, 130)]);
  expect(bestEpoch(events)?.epoch).toBe(3);
});

test('results.csv has one row an epoch and leaves missing validation empty', () => {
  const { validation: _, ...unvalidated } = epochEnded(2, 100);
  const lines = resultsCsv([runStarted(), epochEnded(1, 150, 0.5), unvalidated]).split('\n');
  expect(lines[0]?.split(',').length).toBe(11);
  expect(lines.slice(1)).toEqual([
    '1,10,0.08,1.25,0.5,1000,0.5,0.75,200,20.500,', // this one says nothing of a baseline
    '2,20,0.16,1.25,0.5,1000,,,,41.000,',
    '',
  ]);
});

/** An epoch measured on two attributes. */
function ofTwo(epoch: number, [gender, age]: readonly [number, number], loss = 1): EpochEnded {
  const head = (accuracy: number): AttributeScores => {
    const beside = { balancedAccuracy: accuracy / 2, majorityBaseline: { label: 'f', share: 0.6 } };
    return { loss: 0.5, correct: 0, labelled: 150, accuracy, ...beside };
  };
  const attributes = { gender: head(gender), age: head(age) };
  const scores = { loss, correct: 80, count: 200, accuracy: (gender + age) / 2, attributes };
  return { ...epochEnded(epoch, 0), train: scores, validation: scores };
}

test.each([
  [['accuracy'], 1],
  [['loss'], 3],
  [['gender.balancedAccuracy'], 2],
  [['age.accuracy'], 1],
  [['gender.accuracy', 'age.balancedAccuracy'], 2],
])('declared to be found by %j, the best epoch is %i', (best, expected) => {
  const epochs = [ofTwo(1, [0.4, 0.9]), ofTwo(2, [0.9, 0.3]), ofTwo(3, [0.5, 0.5], 0.1)];
  expect(bestEpoch([{ ...runStarted(), best }, ...epochs])?.epoch).toBe(expected);
});

test('a figure that no evaluation has is refused with the nearest', () => {
  const labelNames = { attributes: { gender: ['f', 'm'], age: ['young', 'old'] } };
  const measured = { labelNames, metrics: [{ name: 'top2' }] };
  checkFigures('fit', { best: ['gender.loss', 'allCorrect', 'top2', 'age.top2'] }, measured);
  expect(() => checkFigures('fit', { best: ['gendr.loss'] }, measured)).toThrow(
    'got "gendr.loss". Did you mean "gender.loss"?',
  );
  expect(() =>
    checkFigures('fit', { best: ['allCorrect'] }, { labelNames: { classes: ['a', 'b'] } }),
  ).toThrow(
    'fit: expected best to be a figure that evaluations have, got "allCorrect". ' +
      'Among them are accuracy, balancedAccuracy, loss.',
  );
});

test('results.csv has the figures of every attribute behind those of all', () => {
  const [header = '', row = ''] = resultsCsv([runStarted(), ofTwo(1, [0.4, 0.9])]).split('\n');
  const cells = Object.fromEntries(
    header.split(',').map((name, index) => [name, row.split(',')[index]]),
  );
  expect(cells).toMatchObject({
    validation_accuracy: '0.65',
    validation_baseline: '0.6',
    'age.validation_baseline': '0.6',
    'gender.train_loss': '0.5',
    'gender.validation_accuracy': '0.4',
    'gender.validation_balanced_accuracy': '0.2',
    'age.validation_balanced_accuracy': '0.45',
    'age.validation_labelled': '150',
  });
});

test('of equal accuracies, one with a loss that was not finite is never the best', () => {
  const record = [epochEnded(1, 100, 1.5), epochEnded(2, 100, NaN)];
  for (const events of [record, JSON.parse(JSON.stringify(record)) as typeof record]) {
    expect(bestEpoch(events)?.epoch).toBe(1);
    expect(bestEpoch(events.toReversed())?.epoch).toBe(1);
  }
});
