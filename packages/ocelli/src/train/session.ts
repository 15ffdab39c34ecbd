import { existsSync } from 'node:fs';
import { checkLabelEffects } from '../augment/labelEffect.ts';
import { type Assembled, assemble } from './assemble.ts';
import { clearRun, refuseBegunRun } from './clearRun.ts';
import { budget } from './budget.ts';
import { loadNewestCheckpoint } from './checkpoint.ts';
import { earlyStopping, type EarlyStoppingOptions } from './earlyStopping.ts';
import type { TrainEventConsumer } from './emitter.ts';
import { openEventLog, readEventLog } from './eventLog.ts';
import { atTheBeginning, type Progress, type TrainEvent } from './events.ts';
import type { Experiment } from './experiment.ts';
import { fit, type FitOptions, type FitResult } from './fit.ts';
import {
  evaluationBatches,
  schemaOf,
  trainingBatches,
  trainingTransforms,
} from './pictureBatches.ts';
import { rateLog } from './rateLog.ts';
import { countedHeads } from './countedHeads.ts';
import type { RunData } from './runData.ts';
import type { RunFolder } from './runFolder.ts';
import { lockRun } from './runLock.ts';
import type { SaveOccasions } from './saveOccasion.ts';
import { runSaver } from './saver.ts';

/** A stretch of work on one run: all of it, or what an earlier session left. */
export interface SessionOptions {
  readonly folder: RunFolder;
  readonly experiment: Experiment;
  readonly data: RunData;
  /** Go on from the newest checkpoint, if there is one. */
  readonly resume: boolean;
  /** Take out what the run came to before, and begin anew. @default false */
  readonly restart?: boolean;
  /** Listeners besides the record and the saver. */
  readonly consumers: readonly TrainEventConsumer[];
  readonly signal?: AbortSignal;
  /** Hears of what may be wrong: checkpoints that could not be read, transforms that may change labels. */
  readonly warn: (message: string) => void;
}

/** How a session ended. */
export interface SessionResult extends FitResult {
  /** Why the last save failed; absent when it worked. */
  readonly saveFailure?: unknown;
}

/**
 * Works on a run until it is complete or asked to stop, writing its record and its checkpoints.
 *
 * @throws {DataError} if there is a run in the folder and it is neither gone on with nor begun anew.
 * @throws {RunLockedError} if another process works on the run.
 * @throws {CheckpointError} if there are checkpoints and none can be read.
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
  const { folder, consumers, signal } = options;
  if (options.restart === true) clearRun(folder);
  else if (!options.resume) refuseBegunRun(folder);
  const { assembled, ...work } = workOf(options);
  const { history, from } = options.resume ? earlier(options, assembled) : nothingEarlier;
  const log = openEventLog(folder.events);
  const saver = runSaver({ ...assembled, folder, history, ...savingOf(options.experiment) });
  try {
    const result = await fit({
      ...work,
      from,
      // The record comes first: an epoch is on it before its checkpoint can be seen.
      consumers: [
        log.consume,
        rateLog(folder.rates),
        saver.consume,
        ...stoppersOf(options.experiment, { monitor: assembled.best, history }),
        ...consumers,
      ],
      ...(signal && { signal }),
    });
    const saveFailure = saver.failure();
    return saveFailure === undefined ? result : { ...result, saveFailure };
  } finally {
    log.close();
  }
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

/** What ends a run before its last epoch. */
function stoppersOf(
  { patience, minDelta, budgetMinutes, budgetSamples }: Experiment,
  known: Pick<EarlyStoppingOptions, 'monitor' | 'history'>,
): TrainEventConsumer[] {
  return [
    ...(patience !== null ? [earlyStopping({ ...known, patience, minDelta: minDelta ?? 0 })] : []),
    ...(budgetMinutes !== null ? [budget({ minutes: budgetMinutes })] : []),
    ...(budgetSamples !== null ? [budget({ samples: budgetSamples })] : []),
  ];
}

/** Everything that follows from experiment and data alone. */
function workOf({ experiment, data, warn }: SessionOptions): FitOptions & { assembled: Assembled } {
  const { facts, train, validation } = data;
  const transforms = trainingTransforms(experiment, facts);
  for (const sentence of checkLabelEffects(transforms, schemaOf(train.labelNames))) warn(sentence);
  const { device, seed, fastDevRun } = experiment;
  const epochs = fastDevRun ? 1 : experiment.epochs; // the schedule is that of all of them
  const training = trainingBatches(train, facts, experiment);
  const held = evaluationBatches(validation.dataset, facts, experiment);
  const { stepsPerEpoch } = training;
  const assembled = assemble(experiment, { heads: countedHeads(train), stepsPerEpoch });
  return {
    ...assembled,
    assembled,
    data: training,
    validation: { split: validation.split, data: held },
    epochs,
    device,
    seed,
  };
}

interface Earlier {
  readonly history: readonly TrainEvent[];
  readonly from: Progress;
}

const nothingEarlier: Earlier = { history: [], from: atTheBeginning };

function earlier({ folder, warn }: SessionOptions, state: Assembled): Earlier {
  const history = existsSync(folder.events) ? readEventLog(folder.events) : [];
  // A run that was stopped before its first save starts from its seed again.
  const hasSaved = history.some((event) => event.type === 'checkpointSaved');
  const from = hasSaved ? loadNewestCheckpoint(folder.checkpoints, state, warn) : atTheBeginning;
  return { history, from };
}
