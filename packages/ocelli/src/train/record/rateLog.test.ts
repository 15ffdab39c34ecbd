import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { SGD } from '@ocelli/torch';
import { tinyAttributeTraining, tinyHeads } from '../../../test/tinyAttributes.ts';
import { tinyTraining } from '../../../test/tinyTraining.ts';
import { fit } from '../loop/fit.ts';
import { rateLog } from './rateLog.ts';
import { createSchedule } from '../schedules/createSchedule.ts';

let folder: string;
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'ocelli-rates-'))));
afterEach(() => rmSync(folder, { recursive: true }));

const linesOf = (path: string) => readFileSync(path, 'utf8').trimEnd().split('\n');

test('every step has a line with its learning rate and its momentum', async () => {
  const path = join(folder, 'learning-rates.csv');
  const run = { lr: 0.1, epochs: 2, stepsPerEpoch: 5 };
  const schedule = createSchedule('oneCycle', { anneal: 'linear', peakEpoch: 1 }, run);
  await fit({ ...tinyTraining({ epochs: 2, ...schedule }), consumers: [rateLog(path)] });
  const [header, ...lines] = linesOf(path);
  expect(header).toBe('step,epoch,lr,momentum');
  expect(lines.length).toBe(10);
  for (const [index, line] of lines.entries()) {
    const [step, epoch, lr, momentum] = line.split(',').map(Number);
    expect([step, epoch]).toEqual([index + 1, index < 5 ? 1 : 2]);
    expect(lr).toBe(schedule.lrAt(index));
    expect(momentum).toBe(schedule.momentumAt?.(index));
  }
});

test('where parameter groups learn at different rates, each has a column', async () => {
  const path = join(folder, 'rates.csv');
  const model = tinyHeads();
  const groups = ['heads.gender', 'heads.pose'].map((name) => ({
    params: model.child(name).parameters(),
  }));
  const optimizer = new SGD(groups, { lr: 0 });
  const rates = { lrFactors: [1, 0.5], groupNames: ['gender', 'pose'], lrAt: () => 0.25 };
  const training = tinyAttributeTraining({ model, optimizer, epochs: 1, ...rates });
  await fit({ ...training, consumers: [rateLog(path)] });
  expect(linesOf(path).slice(0, 2)).toEqual([
    'step,epoch,lr,lr.gender,lr.pose',
    '1,1,0.25,0.25,0.125',
  ]);
});

test('a run that goes on from an earlier step takes out what came after it', async () => {
  const path = join(folder, 'rates.csv');
  const lines = [1, 2, 3, 4, 5, 6, 7].map((step) => `${step},1,0.5`);
  writeFileSync(path, ['step,epoch,lr', ...lines, '8,2,0.'].join('\n'));
  const from = { epoch: 2, stepInEpoch: 0, step: 5, seconds: 0, totals: noTotals };
  await fit({ ...tinyTraining({ epochs: 2, from }), consumers: [rateLog(path)] });
  expect(linesOf(path)).toEqual([
    'step,epoch,lr',
    ...lines.slice(0, 5),
    ...[6, 7, 8, 9, 10].map((step) => `${step},2,0.05`),
  ]);
});

test('a later stage with other columns gets them beside those there are', async () => {
  const path = join(folder, 'rates.csv');
  await fit({ ...tinyTraining({ epochs: 1 }), consumers: [rateLog(path)] });
  const steps = linesOf(path).length - 1;
  const from = { epoch: 2, stepInEpoch: 0, step: steps, seconds: 0, totals: noTotals };
  const lrAt = (): number => 0.5;
  const momentumAt = (): number => 0.75;
  await fit({ ...tinyTraining({ epochs: 2, from, lrAt, momentumAt }), consumers: [rateLog(path)] });
  const [header, first, ...others] = linesOf(path);
  expect([header, first]).toEqual(['step,epoch,lr,momentum', '1,1,0.05,']);
  expect(others.length).toBe(2 * steps - 1);
  expect(others.at(-1)).toBe(`${2 * steps},2,0.5,0.75`);
});

const noTotals = { lossSum: 0, correct: 0, count: 0 };
