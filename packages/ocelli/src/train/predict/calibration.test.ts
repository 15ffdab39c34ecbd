import { appendFileSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { tinyAttributeTraining } from '../../../test/tinyAttributes.ts';
import { readCalibration } from './calibration.ts';
import { openEventLog } from '../record/eventLog.ts';
import { fit } from '../loop/fit.ts';
import { runFolderAt } from '../runFolder/runFolder.ts';

test('the record of a run says how to read the probabilities of each epoch', async () => {
  const folder = runFolderAt(mkdtempSync(join(tmpdir(), 'ocelli-calibration-')));
  const log = openEventLog(folder.events);
  await fit(tinyAttributeTraining({ consumers: [log.consume] }));
  log.close();
  const [first, second] = [readCalibration(folder, 1), readCalibration(folder, 2)];
  expect([...first.keys()]).toEqual(['gender', 'pose']);
  expect(first.get('gender')?.temperature).toBeGreaterThan(0);
  expect(second.get('pose')?.precisionSteps.length).toBeGreaterThan(0);
  expect(second.get('gender')).not.toEqual(first.get('gender'));
  expect(readCalibration(folder, 3).size).toBe(0);
});

test('a record of an earlier version says nothing', () => {
  const folder = runFolderAt(mkdtempSync(join(tmpdir(), 'ocelli-calibration-')));
  const event = { type: 'evaluationEnded', split: 'test', epoch: 1, took: 1, scores: {} };
  appendFileSync(folder.events, `${JSON.stringify({ time: '', ...event })}\n`);
  expect(readCalibration(folder, 1).size).toBe(0);
});
