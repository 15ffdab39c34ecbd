import { expect, test } from 'vitest';
import { epochEnded, runStarted } from '../../test/scriptedRun.ts';
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
  expect(lines[0]?.split(',').length).toBe(10);
  expect(lines.slice(1)).toEqual([
    '1,10,0.08,1.25,0.5,1000,0.5,0.75,200,20.500',
    '2,20,0.16,1.25,0.5,1000,,,,41.000',
    '',
  ]);
});
