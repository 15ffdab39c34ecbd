import { appendFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { temporaryFolder } from '../../../test/temporaryFolder.ts';
import { tinyAttributeTraining } from '../../../test/tinyAttributes.ts';
import { precisionSteps } from '../../metrics/confidence.ts';
import { fitTemperature, predictionsAt } from '../../metrics/temperature.ts';
import { predictAll } from '../../report/evaluation/predictAll.ts';
import { oneView } from '../evaluation/views.ts';
import { readCalibration } from './calibration.ts';
import { openEventLog } from '../record/eventLog.ts';
import { fit } from '../loop/fit.ts';
import { runFolderAt } from '../runFolder/runFolder.ts';

test('the record of a run says how to read the probabilities of each epoch', async () => {
  const folder = runFolderAt(temporaryFolder());
  const log = openEventLog(folder.events);
  const training = tinyAttributeTraining({ consumers: [log.consume] });
  await fit(training);
  log.close();
  const [first, second] = [readCalibration(folder, 1), readCalibration(folder, 2)];
  expect([...first.keys()]).toEqual(['gender', 'pose']);
  // What the model of the last epoch says of the validation pictures, asked again.
  const { model, validation } = training;
  const how = { attributes: {}, views: oneView, onBatch: () => {} };
  for (const { name, ...predictions } of await predictAll(model.eval(), validation.data, how)) {
    const { temperature = NaN, precisionSteps: steps = [] } = second.get(name) ?? {};
    expect(temperature).toBeCloseTo(fitTemperature(predictions) ?? NaN, 2);
    expect(steps).toEqual(
      precisionSteps(predictionsAt(predictions, temperature)).map(({ confidence, precision }) => ({
        confidence: expect.closeTo(confidence, 4) as number,
        precision,
      })),
    );
  }
  expect(second.get('gender')).not.toEqual(first.get('gender'));
  expect(readCalibration(folder, 3).size).toBe(0);
});

test('a record of an earlier version says nothing', () => {
  const folder = runFolderAt(temporaryFolder());
  const event = { type: 'evaluationEnded', split: 'test', epoch: 1, took: 1, scores: {} };
  appendFileSync(folder.events, `${JSON.stringify({ time: '', ...event })}\n`);
  expect(readCalibration(folder, 1).size).toBe(0);
});
