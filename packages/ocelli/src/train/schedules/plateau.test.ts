import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { tinyModel, tinyTraining } from '../../../test/tinyTraining.ts';
import { loadCheckpoint, saveCheckpoint } from '../checkpoints/checkpoint.ts';
import type { TrainEvent } from '../record/events.ts';
import { fit } from '../loop/fit.ts';
import { PlateauRate } from './plateau.ts';
import { createSchedule } from './createSchedule.ts';

let folder: string;
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'ocelli-plateau-'))));
afterEach(() => rmSync(folder, { recursive: true }));

/** Nothing is ever an improvement by that much, so every epoch after the first waits. */
const hopeless = { lr: 0.05, factor: 0.5, patience: 1, minDelta: 1e9 };

const stepRates = (events: readonly TrainEvent[]): number[] =>
  events.flatMap((event) => (event.type === 'stepEnded' ? [event.lr] : []));

async function eventsOf(plateau: PlateauRate, epochs = 6): Promise<TrainEvent[]> {
  const events: TrainEvent[] = [];
  const consumers = [(event: TrainEvent) => void events.push(event)];
  await fit({ ...tinyTraining({ epochs, plateau }), consumers });
  return events;
}

test('a run waits one epoch more than its patience, then takes smaller steps, and says so', async () => {
  const events = await eventsOf(new PlateauRate(hopeless));
  // Epoch 1 is the best; 2 and 3 wait; 4 and 5 wait.
  const byEpoch = [0.05, 0.05, 0.05, 0.025, 0.025, 0.0125];
  expect(stepRates(events)).toEqual(byEpoch.flatMap((lr) => Array<number>(5).fill(lr)));
  const reductions = events.filter((event) => event.type === 'learningRateReduced');
  expect(reductions).toMatchObject([
    { epoch: 3, monitor: 'loss', from: 0.05, to: 0.025 },
    { epoch: 5, monitor: 'loss', from: 0.025, to: 0.0125 },
  ]);
  const ends = events.filter((event) => event.type === 'epochEnded');
  expect(ends.map(({ lr }) => lr)).toEqual([0.05, 0.05, 0.025, 0.025, 0.0125, 0.0125]);
  expect(reductions[0]?.best).toBe(ends[0]?.validation?.loss);
  expect(reductions[0]?.value).toBe(ends[2]?.validation?.loss);
});

test('min ends the reductions, and cooldown puts them off', async () => {
  const bounded = await eventsOf(new PlateauRate({ ...hopeless, min: 0.04 }));
  expect(stepRates(bounded).at(-1)).toBe(0.04);
  expect(bounded.filter(({ type }) => type === 'learningRateReduced').length).toBe(1);
  const cooled = await eventsOf(new PlateauRate({ ...hopeless, cooldown: 2 }));
  expect(cooled.filter(({ type }) => type === 'learningRateReduced').length).toBe(1);
});

test('a figure other than a loss is better when it is higher', () => {
  const policy = new PlateauRate({ lr: 1, monitor: 'accuracy', patience: 0, minDelta: 0 });
  const scores = (accuracy: number) => ({ loss: 1, correct: 0, count: 1, accuracy });
  expect(policy.observe(scores(0.5))).toBeUndefined();
  expect(policy.observe(scores(0.6))).toBeUndefined();
  expect(policy.observe(scores(0.6))).toEqual({ from: 1, to: 0.1, value: 0.6, best: 0.6 });
});

test.each([9, 13, 15, 21])(
  'stopped after step %i and gone on with, a run reduces when it would have',
  async (stopAfter) => {
    const options = { epochs: 6 };
    const whole = tinyTraining({ ...options, plateau: new PlateauRate(hopeless) });
    const expected: TrainEvent[] = [];
    await fit({ ...whole, consumers: [(event) => void expected.push(event)] });

    const controller = new AbortController();
    const events: TrainEvent[] = [];
    const first = tinyTraining({ ...options, plateau: new PlateauRate(hopeless) });
    const { progress } = await fit({
      ...first,
      signal: controller.signal,
      consumers: [
        (event) => void events.push(event),
        (event) =>
          void (event.type === 'stepEnded' && event.step === stopAfter && controller.abort()),
      ],
    });
    const path = saveCheckpoint(folder, first, progress);
    const other = tinyTraining({
      ...options,
      model: tinyModel(9),
      plateau: new PlateauRate(hopeless),
    });
    const from = loadCheckpoint(path, other);
    await fit({ ...other, from, consumers: [(event) => void events.push(event)] });
    expect(stepRates(events)).toEqual(stepRates(expected));
    const weights = (training: typeof whole) =>
      training.model.parameters().map((one) => one.toArray());
    expect(weights(other)).toEqual(weights(whole));
  },
);

test('a monitored figure must exist, and be measured', async () => {
  const plateau = new PlateauRate({ ...hopeless, monitor: 'los' });
  await expect(fit(tinyTraining({ plateau }))).rejects.toThrow(
    'fit: expected monitor to be a figure that evaluations have, got "los". Did you mean "loss"?',
  );
  const { validation: _, ...rest } = tinyTraining({ plateau: new PlateauRate(hopeless) });
  await expect(fit(rest)).rejects.toThrow(
    'fit: expected validation to be given, for the plateau watches its loss, got "none".',
  );
});

test('an experiment names it as a schedule', () => {
  const run = { lr: 0.4, epochs: 3, stepsPerEpoch: 10 };
  const { lrAt, plateau } = createSchedule('reduceOnPlateau', { patience: 0, factor: 0.5 }, run);
  expect([lrAt(0), lrAt(29), plateau?.factor, plateau?.monitor]).toEqual([0.4, 0.4, 1, 'loss']);
  const parts = [{ fromEpoch: 0, schedule: { reduceOnPlateau: {} } }];
  expect(() => createSchedule('sequence', { parts }, run)).toThrow(
    'sequence: expected parts to be schedules that are known beforehand, got "reduceOnPlateau".',
  );
});
