import { expect, test } from 'vitest';
import { epochEnded, progressAfter, runStarted } from '../../../test/scriptedRun.ts';
import { tinyTraining } from '../../../test/tinyTraining.ts';
import { budget } from './budget.ts';
import { earlyStopping, type EarlyStoppingOptions } from './earlyStopping.ts';
import { createEmitter } from '../record/emitter.ts';
import type { TrainEvent } from '../record/events.ts';
import { fit } from '../loop/fit.ts';

/** After how many of the scripted epochs the consumer first asks to stop. */
async function stoppedAfter(
  options: EarlyStoppingOptions,
  epochs: readonly (readonly [right: number, loss: number])[],
): Promise<number | undefined> {
  let asked: number | undefined;
  const emit = createEmitter([
    earlyStopping(options),
    (event) => void (event.type === 'stopRequested' && (asked ??= emitted)),
  ]);
  let emitted = 0;
  await emit(runStarted());
  for (const [index, [right, loss]] of epochs.entries()) {
    emitted = index + 1;
    await emit(epochEnded(index + 1, right, loss));
  }
  return asked;
}

const accuracies = [100, 120, 121, 119, 118, 117].map((right) => [right, 1] as const);

test('stops after patience epochs without improvement', async () => {
  expect(await stoppedAfter({ patience: 2 }, accuracies)).toBe(5); // best is epoch 3
  expect(await stoppedAfter({ patience: 3 }, accuracies)).toBe(6);
  expect(await stoppedAfter({ patience: 4 }, accuracies)).toBeUndefined();
});

test('an improvement of minDelta or less is none', async () => {
  expect(await stoppedAfter({ patience: 2, minDelta: 0.01 }, accuracies)).toBe(4); // 121 of 200 is 0.005 more
});

test('of a loss, less is better', async () => {
  const losses = [1, 0.8, 0.9, 0.85].map((loss) => [100, loss] as const);
  expect(await stoppedAfter({ patience: 2, monitor: ['loss'] }, losses)).toBe(4);
  expect(await stoppedAfter({ patience: 3 }, losses)).toBe(4); // accuracy stood still from the first
});

test('a resumed run that had waited long enough stops at once', async () => {
  const history = accuracies.map(([right], index) => epochEnded(index + 1, right));
  const asked: TrainEvent[] = [];
  const consumers = [
    earlyStopping({ patience: 3, history }),
    (event: TrainEvent) => void asked.push(event),
  ];
  await createEmitter(consumers)(runStarted(6));
  expect(asked.find(({ type }) => type === 'stopRequested')).toEqual({
    type: 'stopRequested',
    why: 'accuracy did not improve in 3 epochs after epoch 3',
  });
});

test('the run ends as stopped after the epoch, and the model has its best weights back', async () => {
  const training = tinyTraining({ epochs: 9 });
  const ended: number[] = [];
  const collect = (event: TrainEvent): void => {
    if (event.type === 'epochEnded') ended.push(event.epoch);
  };
  const stopping = earlyStopping({ patience: 1, minDelta: 1, restoreBest: training.model });
  const { reason, progress } = await fit({
    ...training,
    lrAt: (step) => (step < 5 ? 0 : 0.01), // the first epoch leaves the weights as they are
    consumers: [stopping, collect],
  });
  expect([reason, progress.epoch, ended]).toEqual(['stopped', 3, [1, 2]]);
  const [bias, fresh] = [training, tinyTraining()].map(({ model }) => model.parameters()[1]);
  expect(bias?.toArray()).toEqual(fresh?.toArray());
});

test('a budget of pictures ends the run after the step that uses it up', async () => {
  const { reason, progress } = await fit({
    ...tinyTraining(),
    consumers: [budget({ samples: 30 })],
  });
  expect([reason, progress.step]).toEqual(['stopped', 8]); // 21 an epoch in 5 steps: 21 · 1.6 = 33.6
});

test('epochs on record count as many pictures as they had, at the beginning and in the middle of one', async () => {
  // Two epochs of 1000 pictures, then epochs of 21 in 5 steps: 2000 + 21 · 0.8 = 2016.8.
  const history = [runStarted(), epochEnded(1, 100), epochEnded(2, 100)];
  for (const from of [progressAfter(2), { ...progressAfter(2), stepInEpoch: 2, step: 22 }]) {
    const { progress } = await fit({
      ...tinyTraining(),
      from,
      consumers: [budget({ samples: 2016, history })],
    });
    expect([progress.epoch, progress.step]).toEqual([3, 24]);
  }
});

test('a budget of time ends the run, earlier sessions counted', async () => {
  const run = async (minutes: number) => {
    const { progress } = await fit({ ...tinyTraining(), consumers: [budget({ minutes })] });
    return progress.step;
  };
  expect([await run(1e-9), await run(1000)]).toEqual([1, 15]);
});

test('limits that are none are refused', () => {
  expect(() => budget({})).toThrow('budget: expected options to be { minutes } or { samples }');
  expect(() => budget({ minutes: 0 })).toThrow('budget: expected minutes to be above 0, got 0.');
  expect(() => earlyStopping({ patience: 0 })).toThrow('earlyStopping: expected patience to be');
  expect(() => earlyStopping({ minDelta: -1 })).toThrow(
    'expected minDelta to be a number of at least 0',
  );
});
