import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readSafetensors, setNumThreads, type StateDict } from '@ocelli/torch';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { drawPictures } from '../../../test/drawnPictures.ts';
import { readEventLog } from '../record/eventLog.ts';
import type { TrainEvent } from '../record/events.ts';
import { type ExperimentInput, resolveExperiment } from './experiment.ts';
import { bestEpoch, epochsOf } from '../record/history.ts';
import { openRunData, type RunData } from '../runData/runData.ts';
import { createRunFolder, type RunFolder } from '../runFolder/runFolder.ts';
import { readRunRecord, writeRunRecord } from '../record/runRecord.ts';
import { runSession } from '../session/session.ts';
import { withStage } from './stages.ts';

let root: string;
beforeAll(async () => {
  setNumThreads(1); // steps so small are slower on more
  root = mkdtempSync(join(tmpdir(), 'ocelli-stages-'));
  await drawPictures(join(root, 'pictures'), { train: 4, test: 1 });
});
afterAll(() => rmSync(root, { recursive: true }));

const listeners = (): { cacheFolder: string } => ({ cacheFolder: join(root, 'cache') });

/** Twelve pictures, four a step, three steps an epoch. */
const tiny = {
  model: 'resnet20',
  batchSize: 4,
  epochs: 1,
  lr: 0.05,
  pad: 1,
  validationShare: 0.25, // nine to learn from: two steps of four and one of one
} as const;

const stages = [
  { imageSize: 8, epochs: 2 },
  { imageSize: 12, freeze: ['stem', 'stage*.0'], lr: 0.02 },
  { imageSize: 12, from: 'last', schedule: 'constant', lr: 0.01, augmentation: [{ flip: {} }] },
] as const satisfies ExperimentInput['stages'];

interface Run {
  readonly folder: RunFolder;
  readonly events: TrainEvent[];
}

/** A run of its own, or what is left of one. */
async function session(
  input: ExperimentInput,
  { folder, stopAfter = Infinity }: { folder?: RunFolder; stopAfter?: number } = {},
): Promise<Run> {
  const stored = folder && readRunRecord(folder).experiment;
  const experiment =
    stored ?? resolveExperiment({ data: join(root, 'pictures'), ...tiny, ...input });
  const open = (of: typeof experiment): Promise<RunData> => openRunData(of, listeners());
  const data = await open(experiment);
  const own = folder ?? createRunFolder(join(root, 'runs'), 'run');
  if (!folder) writeRunRecord(own, { experiment, pictures: data.facts });
  const controller = new AbortController();
  const events: TrainEvent[] = [];
  const listen = (event: TrainEvent): void => {
    events.push(event);
    if (event.type === 'stepEnded' && event.step === stopAfter) controller.abort();
  };
  const options = { folder: own, experiment, data, openStage: open, consumers: [listen] };
  const { signal } = controller;
  await runSession({ ...options, resume: folder !== undefined, signal, warn: () => {} });
  return { folder: own, events };
}

function weightsOf({ folder }: Run, name = 'last'): StateDict {
  return readSafetensors(join(folder.weights, `${name}.safetensors`)) as unknown as StateDict;
}

const values = (state: StateDict): [string, unknown][] =>
  [...state].map(([key, tensor]) => [key, tensor.toArray()]);

/** What the finished epochs came to, without the time they took. */
function epochsIn({ folder }: Run): object[] {
  const epochs = epochsOf(readEventLog(folder.events));
  return epochs.map(({ epoch, epochs: last, lr, train, validation, progress }) => ({
    ...{ epoch, last, lr, train, validation, step: progress.step },
  }));
}

let whole: Promise<Run> | undefined;
const wholeRun = (): Promise<Run> => (whole ??= session({ stages }));

test('stages follow one another: sizes, frozen parts and rates of their own, epochs counted through', async () => {
  const run = await wholeRun();
  const starts = run.events.filter((event) => event.type === 'runStarted');
  expect(starts.map(({ stage }) => stage)).toEqual([
    { number: 1, epoch: 1, step: 0, of: 3, from: null },
    { number: 2, epoch: 3, step: 6, of: 3, from: 'best' },
    { number: 3, epoch: 4, step: 9, of: 3, from: 'last' },
  ]);
  const trainable = starts.map(({ parameters }) => parameters.trainable);
  expect(trainable[1]).toBeLessThan(trainable[0] ?? 0);
  expect(trainable[2]).toBe(trainable[0]);
  const ended = run.events.filter((event) => event.type === 'epochEnded');
  expect(ended.map(({ epoch, epochs }) => [epoch, epochs])).toEqual([
    [1, 2],
    [2, 2],
    [3, 3],
    [4, 4],
  ]);
  const steps = run.events.filter((event) => event.type === 'stepEnded');
  expect(steps.map(({ step }) => step)).toEqual(Array.from({ length: 12 }, (_, i) => i + 1));
  // The second stage's triangle begins anew; the third is constant.
  expect([steps[0]?.lr, steps[6]?.lr, steps[9]?.lr, steps[11]?.lr]).toEqual([0, 0, 0.01, 0.01]);
  expect(run.events.filter(({ type }) => type === 'runEnded')).toHaveLength(1);
  const results = readFileSync(run.folder.results, 'utf8').trim().split('\n');
  expect(results.slice(1).map((line) => line.split(',')[0])).toEqual(['1', '2', '3', '4']);
});

test('what is read back is the run in its last stage, with statistics of its pictures', async () => {
  const { folder } = await wholeRun();
  const { experiment, pictures, stage } = readRunRecord(folder);
  expect([stage, experiment.imageSize, experiment.lr, pictures.height]).toEqual([3, 12, 0.01, 12]);
  const own = await openRunData(experiment, listeners());
  expect(pictures.std).toEqual(own.facts.std);
  const first = resolveExperiment({ ...experiment, stages: null, imageSize: 8 });
  expect(pictures.std).not.toEqual((await openRunData(first, listeners())).facts.std);
  expect(bestEpoch(readEventLog(folder.events))?.epoch).toBe(4); // of the last stage alone
});

test.each([2, 6, 7, 9, 11])(
  'stopped after step %i, in whichever stage, a run goes on as if it had not been',
  async (stopAfter) => {
    const expected = await wholeRun();
    const { folder } = await session({ stages }, { stopAfter });
    const run = await session({}, { folder });
    expect(epochsIn(run)).toEqual(epochsIn(expected));
    expect(values(weightsOf(run))).toEqual(values(weightsOf(expected)));
    expect(values(weightsOf(run, 'best'))).toEqual(values(weightsOf(expected, 'best')));
  },
);

test.each(['best', 'last'] as const)('a stage can begin with the %s weights', async (from) => {
  // The first stage ends far worse than it begins: its best epoch is not its last.
  const first = {
    epochs: 3,
    schedule: 'multiStep',
    lr: 0.001,
    scheduleOptions: { at: [2], factor: 5e4 },
  };
  const still = { from, lr: 0, weightDecay: 0, schedule: 'constant', scheduleOptions: {} };
  const alone = await session({ ...tiny, stages: [first], best: 'loss' });
  const both = await session({ ...tiny, stages: [first, still], best: 'loss' });
  const best = bestEpoch(readEventLog(alone.folder.events))?.epoch;
  expect(best).toBeLessThan(3);
  const [end, start] = [weightsOf(both), weightsOf(alone, from)];
  const learned = [...start.keys()].filter((key) => /weight|bias/.test(key));
  for (const key of learned) expect(end.get(key)?.toArray()).toEqual(start.get(key)?.toArray());
});

test('what is frozen keeps its weights and its running statistics, and the rest learns', async () => {
  const before = await session({ stages: [{}] });
  const after = await session({
    stages: [{}, { from: 'last', freeze: ['stem', 'stage*'], lr: 0.1 }],
  });
  const [old, now] = [weightsOf(before), weightsOf(after)];
  for (const [key, tensor] of old) {
    const isSame = expect(now.get(key)?.toArray());
    if (!key.startsWith('fc.')) isSame.toEqual(tensor.toArray());
    else isSame.not.toEqual(tensor.toArray());
  }
});

test('a part that is not there is refused with what there is', async () => {
  await expect(session({ freeze: ['stm'] })).rejects.toThrow('got "stm". Did you mean "stem"?');
  await expect(session({ freeze: ['*.nothing'] })).rejects.toThrow(
    'freeze: expected *.nothing to match a parameter, it matches none. At the top are stem, stage1,',
  );
  await expect(session({ freeze: ['*'] })).rejects.toThrow('expected something left to learn');
});

test('an average begins anew with the weights that its stage begins with', async () => {
  const averaged = { emaDecay: 0.9, schedule: 'constant' } as const;
  const one = weightsOf(await session(averaged));
  const still = { from: 'last', lr: 0 } as const; // nothing is learned, so the average stays
  const two = weightsOf(await session({ ...averaged, stages: [{}, still] }));
  const kernel = (state: StateDict) => [...state.values()].find(({ dim }) => dim === 4);
  const apart = kernel(two)
    ?.sub(kernel(one) as never)
    .abs()
    .max()
    .item();
  expect(apart).toBeLessThan(1e-6);
});

test('patience ends a stage, and the next one follows', async () => {
  const waiting = { epochs: 9, lr: 0, patience: 1, schedule: 'constant' };
  const run = await session({
    stages: [
      { ...waiting, minDelta: 1 },
      { from: 'last', epochs: 1 },
    ],
  });
  expect(epochsIn(run)).toMatchObject([{ epoch: 1 }, { epoch: 2 }, { epoch: 3, last: 3 }]);
  expect(run.events.at(-1)).toMatchObject({ type: 'runEnded', reason: 'completed' });
});

test('budgetSamples counts the pictures of each stage as they were, also when gone on with', async () => {
  // Nine pictures an epoch, then eighteen in six steps: 2 · 9 + 18 · 4 / 6 = 30 after step 6 + 4.
  const input = { budgetSamples: 30, stages: [{ epochs: 2 }, { epochs: 2, originals: true }] };
  const whole = await session(input);
  const { folder } = await session(input, { stopAfter: 8 });
  for (const { events } of [whole, await session({}, { folder })]) {
    expect(events.at(-1)).toMatchObject({
      type: 'runEnded',
      reason: 'stopped',
      progress: { epoch: 3, step: 10 },
    });
  }
});

test('a run that is complete goes on for more epochs without counting anew', async () => {
  const { folder } = await session({ epochs: 2 });
  const record = readRunRecord(folder);
  const experiment = withStage(record.experiment, { epochs: 2, from: 'last' }, resolveExperiment);
  writeRunRecord(folder, { ...record, experiment });
  const run = await session({}, { folder });
  expect(epochsIn(run)).toMatchObject([1, 2, 3, 4].map((epoch) => ({ epoch, step: 3 * epoch })));
  expect(readdirSync(folder.checkpoints).some((name) => name.startsWith('step-12-'))).toBe(true);
});
