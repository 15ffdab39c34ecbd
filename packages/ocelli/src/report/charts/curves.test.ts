import { expect, test } from 'vitest';
import { epochEnded, runStarted } from '../../../test/scriptedRun.ts';
import type { EpochEnded, StepEnded } from '../../train/record/events.ts';
import { headCurves, runCurves } from './curves.ts';

function step(epoch: number, stepInEpoch: number, lossSum: number): StepEnded {
  const totals = { lossSum, correct: stepInEpoch * 50, count: stepInEpoch * 100 };
  const counts = { epoch, stepInEpoch, stepsPerEpoch: 10, step: (epoch - 1) * 10 + stepInEpoch };
  return { type: 'stepEnded', ...counts, lr: 0.01 * counts.step, seconds: counts.step, totals };
}

function run(epochs: readonly EpochEnded[], steps: readonly StepEnded[] = []) {
  return { epochs, steps, started: runStarted(), best: epochs[0], evaluation: undefined };
}

test('loss and accuracy of both parts stand at the ends of their epochs', () => {
  const [loss, accuracy] = runCurves(run([epochEnded(1, 100, 1.5), epochEnded(2, 120, 1.25)]));
  expect(loss?.lines.map(({ name, points }) => [name, points])).toEqual([
    ['', []],
    ['training', [[1, 1.25], [2, 1.25]]], // prettier-ignore
    ['validation', [[1, 1.5], [2, 1.25]]], // prettier-ignore
  ]);
  expect(accuracy?.lines[2]?.points).toEqual([
    [1, 0.5],
    [2, 0.6],
  ]);
});

test('the pale line is the mean between two readings of the totals of an epoch', () => {
  // 400 pictures with 800 together, then 600 more with 300; a new epoch counts from 0 again.
  const steps = [step(1, 4, 800), step(1, 10, 1100), step(2, 5, 250)];
  expect(runCurves(run([], steps))[0]?.lines[0]?.points).toEqual([
    [0.4, 2],
    [1, 0.5],
    [1.5, 0.5],
  ]);
});

test('of several attributes the pale accuracy is the mean of theirs', () => {
  const attributes = {
    gender: { lossSum: 0, correct: 300, labelled: 400 },
    age: { lossSum: 0, correct: 50, labelled: 200 },
  };
  const first = step(1, 4, 800);
  const told = { ...first, totals: { lossSum: 800, correct: 40, count: 400, attributes } };
  expect(runCurves(run([], [told]))[1]?.lines[0]?.points).toEqual([[0.4, (0.75 + 0.25) / 2]]);
});

test('the learning rate stands where each step began and where epochs ended', () => {
  const points = runCurves(run([epochEnded(1, 100)], [step(1, 1, 1), step(1, 6, 1)]))[2];
  expect(points?.lines[0]?.points).toEqual([
    [0, 0.01],
    [0.5, 0.06],
    [1, 0.08],
  ]);
});

test('the best of several epochs is marked', () => {
  expect(runCurves(run([epochEnded(1, 100), epochEnded(2, 90)]))[0]?.mark).toBe(1);
  expect(runCurves(run([epochEnded(1, 100)]))[0]?.mark).toBeUndefined();
});

test('every attribute has curves of its own; what was not measured is left out', () => {
  const scores = { loss: 1, correct: 1, count: 2, accuracy: 0.5 };
  const age = { loss: null, accuracy: null, correct: 0, labelled: 0 };
  const gender = { loss: 0.25, accuracy: 0.75, correct: 3, labelled: 4 };
  const train = { ...scores, attributes: { gender, age } };
  const epoch = { ...epochEnded(1, 100), train };
  const [loss, accuracy] = headCurves(run([epoch]), 'gender', 'h0');
  expect([loss?.title, loss?.lines[0]?.points]).toEqual(['Loss of gender', [[1, 0.25]]]);
  expect([accuracy?.title, accuracy?.lines[0]?.points]).toEqual([
    'Accuracy of gender',
    [[1, 0.75]],
  ]);
  expect(headCurves(run([epoch]), 'age', 'h1')[0]?.lines[0]?.points).toEqual([]);
  expect(headCurves(run([epochEnded(1, 100)]), 'label', 'h0')).toEqual([]);
});
