import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { readSafetensors } from '@ocelli/torch';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { drawPictures } from '../../test/drawnPictures.ts';
import { listCheckpoints } from './checkpoint.ts';
import { type ExperimentInput, resolveExperiment } from './experiment.ts';
import { openRunData } from './runData.ts';
import { createRunFolder } from './runFolder.ts';
import { runSession } from './session.ts';

let root: string;
beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), 'ocelli-session-'));
  await drawPictures(join(root, 'pictures'), { train: 4, test: 1 });
});
afterAll(() => rmSync(root, { recursive: true }));

/** Trains on twelve pictures, four a step; one epoch unless told otherwise. */
async function session(input: ExperimentInput) {
  const schedule = { epochs: 1, batchSize: 4, schedule: 'constant', lr: 0.01 } as const;
  const experiment = resolveExperiment({ data: join(root, 'pictures'), ...schedule, ...input });
  const data = await openRunData(experiment, { cacheFolder: join(root, 'cache') });
  const folder = createRunFolder(join(root, 'runs'), 'run');
  const warn = (): void => {};
  const options = { folder, experiment, data, consumers: [], warn };
  return { folder, options, ...(await runSession({ ...options, resume: false })) };
}

/** The classifier's weights after three steps. */
async function trained(input: ExperimentInput): Promise<number[]> {
  const { folder } = await session(input);
  const weights = readSafetensors(join(folder.weights, 'last.safetensors'));
  const classifier = [...weights.values()].findLast(({ shape }) => shape.length === 2);
  return Array.from(classifier?.toTypedArray() ?? [], Number);
}

function furthest(a: readonly number[], b: readonly number[]): number {
  return Math.max(...a.map((value, index) => Math.abs(value - (b[index] ?? NaN))));
}

test('gradientClip shortens the gradient of the mean, whether the loss adds up or averages', async () => {
  const free = await trained({ lossReduction: 'mean' });
  const mean = await trained({ lossReduction: 'mean', gradientClip: 0.5 });
  const sum = await trained({ lossReduction: 'sum', gradientClip: 0.5 });
  const clipped = furthest(free, mean);
  expect(clipped).toBeGreaterThan(1e-3);
  expect(furthest(mean, sum)).toBeLessThan(clipped / 100);
});

test('patience and minDelta end a run, which is not taken up again', async () => {
  const settings = { epochs: 9, lr: 0, patience: 2, minDelta: 0.1 } as const; // nothing is learned
  const { reason, progress, options } = await session(settings);
  expect([reason, progress.epoch]).toEqual(['stopped', 4]); // the first is the best, two follow
  const again = await runSession({ ...options, resume: true });
  expect([again.reason, again.progress.step]).toEqual(['stopped', progress.step]);
});

test('budgetMinutes ends a run after the step with which they are used up', async () => {
  const { reason, progress } = await session({ budgetMinutes: 1e-6 });
  expect([reason, progress.step]).toEqual(['stopped', 1]);
});

test('saveEveryEpochs and keepCheckpoints say which checkpoints there are', async () => {
  const { folder } = await session({ epochs: 5, saveEveryEpochs: 2, keepCheckpoints: 2 });
  const steps = listCheckpoints(folder.checkpoints).map((path) => basename(path));
  expect(steps).toEqual(['step-15', 'step-12']); // the last epoch always, then the fourth
});

test('saveEverySteps and saveEveryMinutes save within an epoch', async () => {
  const kept = async (input: ExperimentInput): Promise<string[]> => {
    const { folder } = await session({ keepCheckpoints: 9, ...input });
    return listCheckpoints(folder.checkpoints).map((path) => basename(path));
  };
  expect(await kept({})).toEqual(['step-3']);
  expect(await kept({ saveEverySteps: 1 })).toContain('step-1');
  expect(await kept({ saveEveryMinutes: 1e-6 })).toContain('step-1');
});

test('a schedule by name moves learning rate and momentum', async () => {
  const constant = await trained({ momentum: 0.85 });
  const cycle = await trained({ schedule: 'oneCycle', scheduleOptions: { divFactor: 2 } });
  const other = await trained({ schedule: 'oneCycle', scheduleOptions: { divFactor: 20 } });
  expect(furthest(constant, cycle)).toBeGreaterThan(0);
  expect(furthest(cycle, other)).toBeGreaterThan(0);
});
