import { appendFileSync, existsSync, readFileSync, rmSync } from 'node:fs';
import { basename, join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { temporaryFolder } from '../../../test/dataTree.ts';
import { drawPictures } from '../../../test/drawnPictures.ts';
import { listCheckpoints } from '../checkpoints/checkpoint.ts';
import { weightsFacts } from '../checkpoints/weights.ts';
import { type ExperimentInput, resolveExperiment } from '../experiment/experiment.ts';
import { readEventLog } from '../record/eventLog.ts';
import type { TrainEvent } from '../record/events.ts';
import { bestEpoch, epochsOf } from '../record/history.ts';
import { readRunRecord, writeRunRecord } from '../record/runRecord.ts';
import { openRunData } from '../runData/runData.ts';
import { createRunFolder, type RunFolder } from '../runFolder/runFolder.ts';
import { sha256Of } from '../runFolder/sha256Of.ts';
import { runSession } from './session.ts';

// A run that goes on from a checkpoint that is not its newest.

const root = temporaryFolder();
beforeAll(() => drawPictures(join(root, 'pictures'), { train: 4, test: 2 }));

/** Twelve pictures, four a step: three steps an epoch. */
const tiny = {
  ...{ model: 'resnet20', batchSize: 4, threads: 1, pad: 1, epochs: 3 },
  ...{ lr: 0.005, schedule: 'constant', best: 'loss', keepCheckpoints: 'all' },
} as const;

interface Way {
  readonly folder?: RunFolder;
  readonly checkpoint?: string;
  readonly stopAfter?: number;
  /** Hears of everything, before it stops. */
  readonly hear?: (event: TrainEvent, folder: RunFolder) => void;
}

/** A new run, or what is made of one that there is. @returns its folder and what was warned of. */
async function session(input: ExperimentInput, { stopAfter, hear, ...way }: Way = {}) {
  const experiment =
    way.folder === undefined
      ? resolveExperiment({ data: join(root, 'pictures'), ...tiny, ...input })
      : readRunRecord(way.folder).experiment;
  const open = (of: typeof experiment) => openRunData(of, { cacheFolder: join(root, 'cache') });
  const data = await open(experiment);
  const folder = way.folder ?? createRunFolder(join(root, 'runs'), 'run');
  if (way.folder === undefined) writeRunRecord(folder, { experiment, pictures: data.facts });
  const controller = new AbortController();
  const warnings: string[] = [];
  await runSession({
    ...{ folder, experiment, data, openStage: open, resume: way.folder !== undefined },
    ...(way.checkpoint !== undefined && { checkpoint: way.checkpoint }),
    consumers: [
      (event) => {
        hear?.(event, folder);
        if (event.type === 'stepEnded' && event.step === stopAfter) controller.abort();
      },
    ],
    signal: controller.signal,
    warn: (message) => void warnings.push(message),
  });
  return { folder, warnings };
}

const namesOf = ({ checkpoints }: RunFolder): string[] =>
  listCheckpoints(checkpoints).map((path) => basename(path));

/** `step-6-epoch-2-loss-1.0123` for 6. */
function checkpointAt(folder: RunFolder, step: number): string {
  const name = namesOf(folder).find((one) => one.startsWith(`step-${step}-`));
  if (name === undefined) throw new Error(`there is no checkpoint of step ${step}`);
  return name;
}

/** Everything that a run leaves but the time it took. */
function outcomeOf(folder: RunFolder): object {
  const epochs = epochsOf(readEventLog(folder.events)).map(
    ({ epoch, lr, train, validation, progress: { step } }) => ({
      ...{ epoch, lr, train, validation, step },
    }),
  );
  const weights = ['best', 'last'].map((name) =>
    sha256Of(join(folder.weights, `${name}.safetensors`)),
  );
  const { stage } = readRunRecord(folder);
  return { epochs, weights, stage, checkpoints: namesOf(folder) };
}

const bestOf = (folder: RunFolder) => ({
  onRecord: bestEpoch(readEventLog(folder.events))?.epoch,
  kept: weightsFacts(folder.weights, 'best')?.epoch,
});

test.each<[string, ExperimentInput, number]>([
  ['the end of an epoch', {}, 6],
  ['the end of an epoch, with an average of the weights', { emaDecay: 0.9 }, 3],
  ['the middle of an epoch', {}, 4],
  ['before any epoch has ended', {}, 1],
  ['a stage before the last', { stages: [{ epochs: 2 }, { epochs: 1, lr: 0.004 }] }, 3],
])('gone on with from %s, a run ends as it had ended', async (_, input, step) => {
  const isMidEpoch = step % 3 > 0;
  // Where a run stops it saves at once; a save every step waits for the one before, and may be left out.
  const { folder } = await session(input, isMidEpoch ? { stopAfter: step } : {});
  if (isMidEpoch) await session({}, { folder });
  const whole = outcomeOf(folder);
  expect(bestOf(folder).kept).toBeGreaterThan(Math.ceil(step / 3)); // else nothing would have to come back
  const later = namesOf(folder).findIndex((name) => name.startsWith(`step-${step}-`));
  const checkpoint = checkpointAt(folder, step);

  const { warnings } = await session({}, { folder, checkpoint, stopAfter: step + 1 });
  expect(warnings).toEqual([`checkpoints that come after ${checkpoint} were removed: ${later}`]);
  expect(namesOf(folder)[0]).toMatch(new RegExp(`^step-${step + 1}-`));
  expect(namesOf(folder)[1]).toBe(checkpoint);
  const { onRecord, kept } = bestOf(folder);
  expect(kept).toBe(onRecord);
  expect(onRecord ?? 0).toBeLessThanOrEqual(step / 3);

  await session({}, { folder }); // goes on from there as any run does
  expect({ ...outcomeOf(folder), checkpoints: [] }).toEqual({ ...whole, checkpoints: [] });
});

/** Two stages of an epoch each, which is then the best of its stage. */
const inStages: ExperimentInput = {
  stages: [{ epochs: 1 }, { epochs: 1, lr: 0.004, from: 'last' }],
};

test('the beginning of a stage is listed before it works, and the end of the one before is kept', async () => {
  const seen: unknown[] = [];
  const { folder } = await session(inStages, {
    hear: (event, { checkpointIndex }) => {
      if (event.type === 'runStarted' && event.stage?.number === 2)
        seen.push(JSON.parse(readFileSync(checkpointIndex, 'utf8')));
    },
  });
  const last = expect.stringMatching(/^step-3-epoch-1-loss-/) as string;
  expect(seen).toMatchObject([
    [
      { name: 'step-3-epoch-1-stage-2', stage: 2 },
      { name: last, stage: 1 },
    ],
  ]);
  expect(namesOf(folder).slice(1)).toEqual(['step-3-epoch-1-stage-2', last]);
});

test.each([
  ['the beginning of a stage', 1],
  ['the end of the stage before', 2],
])('a run in stages is taken back to %s, and ends as it had ended', async (_, later) => {
  const { folder } = await session(inStages);
  const whole = outcomeOf(folder);
  const checkpoint = namesOf(folder)[later] ?? '';
  const { warnings } = await session({}, { folder, checkpoint, stopAfter: 4 });
  expect(warnings).toEqual([`checkpoints that come after ${checkpoint} were removed: ${later}`]);
  expect(bestOf(folder)).toEqual({ onRecord: 1, kept: 1 });
  await session({}, { folder });
  expect(outcomeOf(folder)).toEqual({ ...whole, checkpoints: namesOf(folder) });
  expect(namesOf(folder).at(-1)).toMatch(/^step-3-epoch-1-loss-/);
});

test('gone on with from the newest checkpoint, nothing is taken out', async () => {
  const { folder } = await session({ epochs: 2 }, { stopAfter: 5 });
  const [checkpoint = ''] = namesOf(folder);
  const { warnings } = await session({}, { folder, checkpoint });
  expect(warnings).toEqual([]);
  const whole = await session({ epochs: 2 });
  expect({ ...outcomeOf(folder), checkpoints: [] }).toEqual({
    ...outcomeOf(whole.folder),
    checkpoints: [],
  });
});

test('where the best weights until then are kept no more, a run is not taken back', async () => {
  const { folder } = await session({}, { stopAfter: 5 });
  await session({}, { folder });
  const before = bestEpoch(
    readEventLog(folder.events).filter((event) => !isAfter(event, 2)),
  )?.epoch;
  rmSync(join(folder.checkpoints, checkpointAt(folder, 3 * (before ?? 0))), { recursive: true });
  const whole = outcomeOf(folder);
  const checkpoint = checkpointAt(folder, 5);
  await expect(session({}, { folder, checkpoint })).rejects.toThrow(
    `${checkpoint}: expected the weights of epoch ${before}, the best until there, to be kept, found none: ` +
      `weights/best.safetensors is of epoch ${bestOf(folder).kept}. Go on with the run as it is (--resume RUN); `,
  );
  expect(outcomeOf(folder)).toEqual(whole);
});

const isAfter = (event: object, epoch: number): boolean =>
  'epoch' in event && Number(event.epoch) >= epoch;

test('a damaged checkpoint is named, and none before it taken in its place', async () => {
  const { folder } = await session({ epochs: 2 });
  const checkpoint = checkpointAt(folder, 3);
  appendFileSync(join(folder.checkpoints, checkpoint, 'weights.safetensors'), 'x');
  const whole = outcomeOf(folder);
  await expect(session({}, { folder, checkpoint })).rejects.toThrow(
    `${checkpoint}: expected weights.safetensors to be as it was saved, it is damaged.`,
  );
  expect(outcomeOf(folder)).toEqual(whole);
  const index = JSON.parse(readFileSync(folder.checkpointIndex, 'utf8')) as { name: string }[];
  expect([index.length, existsSync(folder.results)]).toEqual([2, true]);
});
