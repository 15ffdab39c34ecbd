import { expect, test } from 'vitest';
import { epochEnded } from '../../test/scriptedRun.ts';
import { epochReport } from './lines.ts';

test('the epoch report has the form of the founding runs: step, rate, scores and cumulative time', () => {
  const progress = { ...epochEnded(11, 120, 0.81).progress, step: 13398, seconds: 5979.99 };
  expect(epochReport({ ...epochEnded(11, 126, 0.81), lr: 0.001, progress })).toBe(
    'EPOCH:11, global_step = 13398, lr: 0.0010, train loss: 1.25, train acc: 0.50, ' +
      'val loss: 0.81, val acc: 0.63, time: 1:39:39',
  );
});

test('a run without validation reports none', () => {
  const { validation: _, ...bare } = epochEnded(3, 0);
  expect(epochReport(bare)).toBe(
    'EPOCH:3, global_step = 30, lr: 0.2400, train loss: 1.25, train acc: 0.50, time: 0:01:01',
  );
});
