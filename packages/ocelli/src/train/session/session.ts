import { isDeepStrictEqual } from 'node:util';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Assembled } from '../assembly/assemble.ts';
import {
  type FoundCheckpoint,
  listCheckpoints,
  loadCheckpoint,
  newestCheckpoint,
  openCheckpoint,
  saveCheckpoint,
} from '../checkpoints/checkpoint.ts';
import { tidyCheckpoints } from '../checkpoints/checkpointIndex.ts';
import { takeBack } from '../checkpoints/takeBack.ts';
import { clearRun, refuseBegunRun } from './clearRun.ts';
import type { TrainEventConsumer } from '../record/emitter.ts';
import { type EventLog, openEventLog, readEventLog } from '../record/eventLog.ts';
import { atTheBeginning, type Progress, type RunEnded, type TrainEvent } from '../record/events.ts';
import type { Experiment } from '../experiment/experiment.ts';
import { fit, type FitOptions, type FitResult } from '../loop/fit.ts';
import { openRunData, type RunData } from '../runData/runData.ts';
import { sweepTemporaries } from '../runFolder/durableFile.ts';
import { type RunFolder, splitOf } from '../runFolder/runFolder.ts';
import { lockRun } from '../runFolder/runLock.ts';
import { rateLog } from '../record/rateLog.ts';
import { readRunRecord, writeRunRecord } from '../record/runRecord.ts';
import type { SaveOccasions } from '../checkpoints/saveOccasion.ts';
import { runSaver } from '../checkpoints/saver.ts';
import { atStage, stageCount } from '../experiment/stages.ts';
import { startFrom } from '../checkpoints/startWeights.ts';
import type { SaveFailure } from '../checkpoints/unsaved.ts';
import { firstStage, type StageStart } from '../schedules/stageStart.ts';
import { inStage, type StageWork, workOf } from './stageWork.ts';
import { Stoppers } from './stoppers.ts';
import { loadWeights } from '../checkpoints/weights.ts';

/** A stretch of work on one run: all of it, or what an earlier session left. */
export interface SessionOptions {
  readonly folder: RunFolder;
  readonly experiment: Experiment;
  /** The pictures of the experiment as it is given; those of other stages are opened when they begin. */
  readonly data: RunData;
  /** Go on from a checkpoint, if there is one. */
  readonly resume: boolean;
  /**
   * With `resume`: name of the checkpoint in the folder that the run goes on from. What lies after it is
   * taken out, see `takeBack`. @default the newest
   */
  readonly checkpoint?: string;
  /** Take out what the run came to before, and begin anew. @default false */
  readonly restart?: boolean;
  /** Listeners besides the record and the saver; or who listens to a stage, asked when it begins. */
  readonly consumers:
    readonly TrainEventConsumer[] | ((stage: StageWork) => readonly TrainEventConsumer[]);
  readonly signal?: AbortSignal;
  /** Hears of what may be wrong: checkpoints that could not be read, transforms that may change labels. */
  readonly warn: (message: string) => void;
  /** Opens the pictures of a stage. @default openRunData, with the stored split */
  readonly openStage?: (experiment: Experiment) => Promise<RunData>;
  /** Figures of one's own that every validation measures. @default [] */
  readonly metrics?: FitOptions['metrics'];
}

/** How a session ended. */
export interface SessionResult extends FitResult {
  /** What of the run is not on the disk as it should be; empty where all of it is. */
  readonly saveFailures: readonly SaveFailure[];
}

/**
 * Works on a run until it is complete or asked to stop, writing its record and its checkpoints. Stages
 * follow one another: each with weights of the one before, everything else new.
 *
 * @throws {DataError} if there is a run in the folder and it is neither gone on with nor begun anew.
 * @throws {RunLockedError} if another process works on the run.
 * @throws {CheckpointError} if there are checkpoints and none can be read, the one asked for is damaged or
 *   its run cannot be taken back to it, or the weights to start from do not fit.
 * @throws {NumericError} if a loss is not finite.
 */
export async function runSession(options: SessionOptions): Promise<SessionResult> {
  const lock = await lockRun(options.folder.path);
  try {
    return await underLock(options);
  } finally {
    await lock.release();
  }
}

async function underLock(options: SessionOptions): Promise<SessionResult> {
  const { folder } = options;
  for (const place of [folder.path, folder.weights, folder.checkpoints]) sweepTemporaries(place);
  if (options.restart === true) clearRun(folder);
  else if (!options.resume) refuseBegunRun(folder);
  const log = openEventLog(folder.events);
  try {
    let begun = await standing(options);
    for (;;) {
      const result = await workOnStage(begun, options, log);
      if (result.saveFailures.length > 0 || !result.isFollowed) return result;
      begun = await nextStage(begun, result.progress, options);
    }
  } finally {
    log.close();
  }
}

/** A stage with its model, and where it stands. */
interface Begun extends StageWork {
  readonly work: FitOptions & { readonly assembled: Assembled };
  readonly from: Progress;
}

/** Where a run stands: at its beginning, or as a checkpoint says. */
async function standing(options: SessionOptions): Promise<Begun> {
  const found = options.resume ? checkpointOf(options) : undefined;
  const begun = await begin(found?.stage ?? firstStage, atTheBeginning, options);
  if (found === undefined) return withStartWeights(begun);
  return { ...begun, from: loadCheckpoint(found.path, begun.work.assembled) };
}

/** The checkpoint that a run goes on from, if it has one. */
function checkpointOf({ folder, checkpoint, warn }: SessionOptions): FoundCheckpoint | undefined {
  const events = earlierEvents(folder);
  if (checkpoint === undefined) {
    // A run that was stopped before its first save starts from its seed again. One that was killed between
    // that and the line about it has a checkpoint and no line; one that lost its checkpoints has a line alone.
    const hasSaved =
      events.some(({ type }) => type === 'checkpointSaved') ||
      listCheckpoints(folder.checkpoints).length > 0;
    return hasSaved ? newestCheckpoint(folder.checkpoints, warn) : undefined;
  }
  const found = openCheckpoint(join(folder.checkpoints, checkpoint));
  const removed = takeBack(folder, found, events);
  if (removed > 0) warn(`checkpoints that come after ${checkpoint} were removed: ${removed}`);
  return found;
}

/** With weights that were trained before in place of new ones, where the experiment asks for that. */
function withStartWeights(begun: Begun): Begun {
  const { experiment, work } = begun;
  if (experiment.startFrom === null) return begun;
  const { model, averages } = work.assembled;
  const begunWith = startFrom(experiment.startFrom, model);
  averages?.restart();
  return { ...begun, begunWith };
}

function earlierEvents({ events }: RunFolder): readonly TrainEvent[] {
  return existsSync(events) ? readEventLog(events) : [];
}

async function begin(start: StageStart, from: Progress, options: SessionOptions): Promise<Begun> {
  const of = stageCount(options.experiment);
  const experiment = atStage(options.experiment, start.number);
  const data = await picturesOf(experiment, options);
  const stage = { start, of, experiment, data };
  if (of > 1) recordStage(stage, options.folder);
  return { ...stage, from, work: workOf(stage, options) };
}

async function picturesOf(experiment: Experiment, options: SessionOptions): Promise<RunData> {
  const { experiment: given, data, folder } = options;
  const isSame = (['imageSize', 'oversampling'] as const).every((name) =>
    isDeepStrictEqual(experiment[name], given[name]),
  );
  if (isSame) return data;
  const { openStage = (other) => openRunData(other, splitOf(folder)) } = options;
  return openStage(experiment);
}

/** What is read back is the run as it is now: its stage, and pictures of that stage's size. */
function recordStage({ start, experiment, data }: StageWork, folder: RunFolder): void {
  const stored = existsSync(folder.experiment) ? readRunRecord(folder) : undefined;
  const isSame = isDeepStrictEqual(stored?.experiment.stages, experiment.stages);
  if (isSame && stored?.stage === start.number) return;
  writeRunRecord(folder, { experiment, pictures: data.facts, stage: start.number });
}

/** The stage after one that has ended, saved at its beginning: that is where the run stands from now on. */
async function nextStage(
  { start, experiment }: Begun,
  progress: Progress,
  options: SessionOptions,
): Promise<Begun> {
  const { folder } = options;
  const { epoch, step } = progress;
  const following = { number: start.number + 1, epoch, step };
  const origin = experiment.stages?.[start.number]?.from ?? 'best';
  const begun = await begin(following, progress, options);
  const { assembled } = begun.work;
  // Without anything to validate on there is no best epoch.
  const hasBest = existsSync(`${folder.weights}/best.safetensors`);
  loadWeights(folder.weights, hasBest ? origin : 'last', assembled.model);
  assembled.averages?.restart();
  saveCheckpoint(folder.checkpoints, { ...assembled, stage: following }, progress);
  const { keep, keepBest } = savingOf(begun.experiment);
  tidyCheckpoints(folder, { newest: keep, best: keepBest });
  return begun;
}

interface StageResult extends SessionResult {
  /** Whether another stage comes after it. */
  readonly isFollowed: boolean;
}

async function workOnStage(
  begun: Begun,
  options: SessionOptions,
  log: EventLog,
): Promise<StageResult> {
  const { work, from, start, of, experiment } = begun;
  const { folder, signal } = options;
  const { assembled, ...rest } = work;
  const { epochs } = work;
  const isLast = start.number === of;
  if (from.epoch > epochs && !isLast)
    return { reason: 'completed', progress: from, isFollowed: true, saveFailures: [] };
  const history = options.resume || start.number > 1 ? earlierEvents(folder) : [];
  const stage = of > 1 && { stage: start };
  const saver = runSaver({ ...assembled, ...stage, folder, history, ...savingOf(experiment) });
  const stoppers = new Stoppers(experiment, {
    monitor: assembled.best,
    history,
    firstEpoch: start.epoch,
  });
  const isFollowed = (reason: RunEnded['reason']): boolean =>
    !isLast && (reason === 'completed' || (reason === 'stopped' && stoppers.isOutOfPatience));
  const { consumers } = options;
  const listening = typeof consumers === 'function' ? consumers(begun) : consumers;
  const result = await fit({
    ...rest,
    from,
    consumers: [
      // The record comes first: an epoch is on it before its checkpoint can be seen.
      inStage(log.consume, begun, isFollowed),
      rateLog(folder.rates),
      inStage(saver.consume, begun, () => false),
      ...stoppers.consumers,
      ...listening.map((consume) => inStage(consume, begun, isFollowed)),
    ],
    ...(signal && { signal }),
  });
  const unlogged = log.failure();
  return {
    ...result,
    isFollowed: isFollowed(result.reason),
    saveFailures: [
      ...(unlogged === undefined ? [] : [{ part: 'the record', reason: unlogged } as const]),
      ...saver.failures(),
    ],
  };
}

type Saving = SaveOccasions & { readonly keep: number; readonly keepBest: number };

function savingOf(experiment: Experiment): Saving {
  const { saveEverySteps, saveEveryEpochs, saveEveryMinutes, keepCheckpoints } = experiment;
  return {
    everyEpochs: saveEveryEpochs,
    everySeconds: 60 * saveEveryMinutes,
    ...(saveEverySteps !== null && { everySteps: saveEverySteps }),
    keep: keepCheckpoints === 'all' ? Infinity : keepCheckpoints,
    keepBest: experiment.keepBest ?? 0,
  };
}
