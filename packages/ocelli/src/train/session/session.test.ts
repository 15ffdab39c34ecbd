import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { getNumThreads, readSafetensors, setNumThreads } from '@ocelli/torch';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { drawPictures } from '../../../test/drawnPictures.ts';
import { listCheckpoints } from '../checkpoints/checkpoint.ts';
import { readEventLog } from '../record/eventLog.ts';
import { epochsOf } from '../record/history.ts';
import { type ExperimentInput, resolveExperiment } from '../experiment/experiment.ts';
import { openRunData } from '../runData/runData.ts';
import { createRunFolder } from '../runFolder/runFolder.ts';
import { runSession } from './session.ts';

let root: string;
beforeAll(async () => {
  setNumThreads(1); // tiny work: more threads would wait for each other
  root = mkdtempSync(join(tmpdir(), 'ocelli-session-'));
  await drawPictures(join(root, 'pictures'), { train: 4, test: 1 });
});
const threads = getNumThreads();
afterAll(() => {
  setNumThreads(threads);
  rmSync(root, { recursive: true });
});

/** Trains on twelve pictures, four a step; one epoch unless told otherwise. */
async function session(input: ExperimentInput) {
  const small = { model: 'resnet20', epochs: 1, batchSize: 4 } as const;
  const schedule = { ...small, schedule: 'constant', lr: 0.01 } as const;
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

/** `step-3` of `step-3-epoch-1-accuracy-0.3333`. */
const stepName = (path: string): string => basename(path).split('-epoch-')[0] ?? '';

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
  // Shortened it is, and not taken away.
  const still = await trained({ lossReduction: 'mean', lr: 0 });
  expect(furthest(still, mean)).toBeGreaterThan(1e-3);
});

test('of fewer pictures than a batch, too, clip and decay are those of the mean', async () => {
  // Three epochs of one step, with all twelve pictures.
  const few = { batchSize: 64, epochs: 3, weightDecay: 0.1 } as const;
  const free = await trained({ ...few, lossReduction: 'mean' });
  const mean = await trained({ ...few, lossReduction: 'mean', gradientClip: 0.1 });
  const sum = await trained({ ...few, lossReduction: 'sum', gradientClip: 0.1 });
  const clipped = furthest(free, mean);
  expect(clipped).toBeGreaterThan(1e-4);
  expect(furthest(mean, sum)).toBeLessThan(clipped / 100);
});

test('patience and minDelta end a run, which is not taken up again', async () => {
  const patient = { epochs: 9, lr: 0, patience: 2, minDelta: 0.1 } as const; // nothing is learned
  const settings = { ...patient, model: 'davidnet' } as const;
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
  const steps = listCheckpoints(folder.checkpoints).map(stepName);
  expect(steps).toEqual(['step-15', 'step-12']); // the last epoch always, then the fourth
});

test('keepCheckpoints all keeps all; keepBest keeps those of the best epochs besides the newest', async () => {
  const settings = { epochs: 5, lr: 0.02, best: 'loss' } as const;
  const all = await session({ ...settings, keepCheckpoints: 'all' });
  expect(listCheckpoints(all.folder.checkpoints).length).toBe(5);
  const { folder } = await session({ ...settings, keepCheckpoints: 1, keepBest: 2 });
  const losses = epochsOf(readEventLog(folder.events)).map(({ epoch, validation }) => {
    return { epoch, loss: validation?.loss ?? NaN };
  });
  const best = losses.toSorted((a, b) => a.loss - b.loss).slice(0, 2);
  const kept = new Set([5, ...best.map(({ epoch }) => epoch)]);
  const names = listCheckpoints(folder.checkpoints).map((path) => basename(path));
  expect(names).toEqual(
    losses
      .filter(({ epoch }) => kept.has(epoch))
      .toReversed()
      .map(({ epoch, loss }) => `step-${3 * epoch}-epoch-${epoch}-loss-${loss.toFixed(4)}`),
  );
});

test('an average of the weights is what is saved: emaDecay, emaWarmup, lookaheadSteps, lookaheadAlpha', async () => {
  const inputs: ExperimentInput[] = [
    {},
    { emaDecay: 0.9 },
    { emaDecay: 0.9, emaWarmup: true },
    { lookaheadSteps: 2 },
    { lookaheadSteps: 2, lookaheadAlpha: 0.9 },
    { lookaheadSteps: 3 },
  ];
  const seen: string[] = [];
  for (const input of inputs) seen.push((await trained(input)).join());
  expect(new Set(seen).size).toBe(inputs.length);
  expect((await trained({})).join()).toBe(seen[0]); // what differs is not chance
});

test('gradientAccumulation sends the pictures of a step through the model in parts', async () => {
  // Batch normalization sees other pictures together, which tells that it happened.
  expect(furthest(await trained({}), await trained({ gradientAccumulation: 2 }))).toBeGreaterThan(
    0,
  );
});

test('budgetSamples ends a run after the step with which they are used up', async () => {
  const { reason, progress } = await session({ budgetSamples: 8 });
  expect([reason, progress.step]).toEqual(['stopped', 2]);
});

test('a fast dev run makes two steps and validates one batch, with the schedule of the whole run', async () => {
  const settings = { epochs: 10, batchSize: 2, schedule: 'triangle', fastDevRun: true } as const;
  const { reason, folder } = await session(settings);
  const events = readEventLog(folder.events);
  const [epoch] = epochsOf(events);
  expect([reason, epochsOf(events).length]).toEqual(['completed', 1]);
  expect([epoch?.progress.step, epoch?.train.count, epoch?.validation?.count]).toEqual([2, 4, 2]);
  expect(epoch?.lr).toBe(0.01 / 2); // the peak is at epoch 2 of 10
});

test('a model that works learns one batch by heart, and is measured on that batch', async () => {
  const { folder } = await session({ overfitBatch: true, epochs: 25, lr: 0.05 });
  const epochs = epochsOf(readEventLog(folder.events));
  expect(epochs.map(({ progress }) => progress.step)).toEqual(epochs.map(({ epoch }) => epoch));
  const last = epochs.at(-1);
  expect([last?.train.count, last?.validation?.count]).toEqual([4, 4]);
  expect(last?.train.accuracy).toBe(1);
  expect(last?.train.loss).toBeLessThan(0.1);
});

test('where a run has begun no other begins; begun anew, it ends as it did and keeps its record', async () => {
  const { folder, options } = await session({});
  const weights = (): string => readFileSync(join(folder.weights, 'last.safetensors'), 'base64');
  const [before, record] = [weights(), readFileSync(folder.events, 'utf8')];
  await expect(runSession({ ...options, resume: false })).rejects.toThrow(
    'expected a folder without a run, got one with a run of 1 epochs. Go on with it (--resume), begin it anew',
  );
  expect(weights()).toBe(before);
  const { progress } = await runSession({ ...options, resume: false, restart: true });
  expect(progress.step).toBe(3);
  expect(weights()).toBe(before);
  expect(readFileSync(join(folder.path, 'events-1.jsonl'), 'utf8')).toBe(record);
  expect(epochsOf(readEventLog(folder.events)).length).toBe(1);
});

test('killed between its first checkpoint and the line about it, a run goes on from that checkpoint', async () => {
  const { folder, options } = await session({ epochs: 2 });
  const [newest = ''] = listCheckpoints(folder.checkpoints);
  rmSync(newest, { recursive: true });
  const lines = readFileSync(folder.events, 'utf8').split('\n');
  const first = lines.findIndex((line) => line.includes('"type":"checkpointSaved"'));
  writeFileSync(folder.events, `${lines.slice(0, first).join('\n')}\n`);
  await runSession({ ...options, resume: true });
  const starts = readEventLog(folder.events).filter(({ type }) => type === 'runStarted');
  expect(starts).toMatchObject([{ from: { step: 0 } }, { from: { step: 3 } }]);
});

test('what killed processes left half-written is gone when the run goes on', async () => {
  const { folder, options } = await session({});
  const seen = (): string[] => readdirSync(folder.path, { recursive: true, encoding: 'utf8' });
  const before = seen();
  mkdirSync(join(folder.checkpoints, 'step-3-epoch-1.tmp-17-0a1b2c'));
  for (const name of [
    'checkpoints/step-3-epoch-1.tmp-17-0a1b2c/state.json',
    'results.csv.tmp-17-0a1b2c',
  ]) {
    writeFileSync(join(folder.path, name), 'a part');
  }
  writeFileSync(join(folder.weights, 'last.safetensors.tmp-17-0a1b2c'), 'a part');
  await runSession({ ...options, resume: true });
  expect(seen().toSorted()).toEqual(before.toSorted());
});

test('saveEverySteps and saveEveryMinutes save within an epoch', async () => {
  const kept = async (input: ExperimentInput): Promise<string[]> => {
    const { folder } = await session({ keepCheckpoints: 9, ...input });
    return listCheckpoints(folder.checkpoints).map(stepName);
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
