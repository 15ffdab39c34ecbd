import { existsSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { DataError, optionError } from '@ocelli/torch';
import { readJson } from '../train/runFolder/jsonFile.ts';
import { sha256Of } from '../train/runFolder/sha256Of.ts';
import type { TrainEventConsumer } from '../train/record/emitter.ts';
import { type Environment, readEnvironment } from '../train/runFolder/environment.ts';
import { readEventLog } from '../train/record/eventLog.ts';
import type { TrainEvent } from '../train/record/events.ts';
import { epochsOf } from '../train/record/history.ts';
import type { PictureFacts } from '../train/runData/runData.ts';
import { openRunFolder, type RunFolder, splitOf } from '../train/runFolder/runFolder.ts';
import { readRunRecord } from '../train/record/runRecord.ts';
import { atStage } from '../train/experiment/stages.ts';
import { compareNumbers, type NumberAgain, recordedNumbers } from './numbersAgain.ts';
import { newRun, type RunPlan } from './runPlan.ts';
import { type WorkOptions, workOn } from './workOn.ts';

/** How a recorded run is made again. */
export interface RerunOptions extends Omit<WorkOptions, 'report' | 'consumers'> {
  /** Folder in which the repetition is kept. @default that of the run */
  readonly runsDir?: string;
  /** Epochs to repeat, from the first. @default all on record */
  readonly epochs?: number;
}

/** A fact about machine or code that is not what it was. */
export interface OtherCircumstance {
  readonly name: keyof Environment;
  readonly before: unknown;
  readonly now: unknown;
}

/** What came of repeating a run. */
export interface Rerun {
  /** Where the repetition lies. */
  readonly folder: RunFolder;
  /** Epochs that were to be repeated. */
  readonly epochs: number;
  /** Absent if the run left no record of its machine. */
  readonly circumstances?: readonly OtherCircumstance[];
  readonly numbers: readonly NumberAgain[];
  /** Whether the last weights are the same bytes; absent if the two ended at different steps. */
  readonly sameWeights?: boolean;
  /** Whether it was asked to stop before it got there. */
  readonly interrupted: boolean;
}

/**
 * Repeats a run from its record alone (settings, split and pictures) and compares every number. A limit
 * of time is left out: the repetition ends with the last epoch on record.
 *
 * @throws {DataError} if there is no such run, it has no finished epoch, or its pictures are others now.
 */
export async function rerun(path: string, options: RerunOptions = {}): Promise<Rerun> {
  const { runsDir, epochs: asked, ...work } = options;
  const before = openRunFolder(path);
  const events = existsSync(before.events) ? readEventLog(before.events) : [];
  const recorded = epochsOf(events).length;
  if (recorded === 0) {
    throw new DataError(`${path}: expected at least one finished epoch on record, found none.`);
  }
  if (asked !== undefined && asked > recorded) {
    throw optionError('rerun', 'epochs', `at most ${recorded}, the epochs on record`, asked);
  }
  const epochs = asked ?? recorded;
  const isWhole = epochs === recorded;
  const evaluation = isWhole ? evaluationOf(before) : undefined;
  const worked = await workOn(planOf(before, runsDir), {
    ...work,
    report: evaluation !== undefined,
    consumers: [stopAfter(epochs)],
  });
  const { folder } = worked;
  const again = readEventLog(folder.events);
  const numbers = compareNumbers(
    recordedNumbers(events, evaluation).filter(({ epoch = 0 }) => epoch <= epochs),
    recordedNumbers(again, evaluationOf(folder)),
  );
  const circumstances = otherCircumstances(before, folder);
  const sameWeights = sameLastWeights({ folder: before, events }, { folder, events: again });
  return {
    folder,
    epochs,
    numbers,
    interrupted: worked.result.reason === 'interrupted',
    ...(circumstances && { circumstances }),
    ...(sameWeights !== undefined && { sameWeights }),
  };
}

function planOf(before: RunFolder, runsDir: string | undefined): RunPlan {
  const { experiment, pictures, stage } = readRunRecord(before);
  const name = dirname(before.path);
  const plan = newRun({
    experiment: { ...atStage(experiment, 1), budgetMinutes: null },
    runsDir: runsDir ?? dirname(name),
    name: basename(name),
    ...splitOf(before),
  });
  return {
    ...plan,
    isSettled: true,
    folderFor(data, complete) {
      // Those on record are of the stage in work; every later stage shows by its numbers.
      if (stage === undefined) refuseOtherPictures(before, pictures, data.facts);
      return plan.folderFor(data, complete);
    },
  };
}

function refuseOtherPictures({ path }: RunFolder, before: PictureFacts, now: PictureFacts): void {
  for (const key of Object.keys(before) as (keyof PictureFacts)[]) {
    const [expected, got] = [JSON.stringify(before[key]), JSON.stringify(now[key])];
    if (expected === got) continue;
    throw new DataError(
      `${path}: expected the pictures the run was made of (${key} ${expected}), got ${got}.`,
    );
  }
}

function stopAfter(epochs: number): TrainEventConsumer {
  let isLastStage = true;
  return async function stopAfter(event, emit) {
    if (event.type === 'runStarted') isLastStage = event.stage?.number === event.stage?.of;
    if (event.type !== 'epochEnded' || event.epoch < epochs) return;
    if (isLastStage && event.epoch >= event.epochs) return; // it ends by itself
    await emit({ type: 'stopRequested', why: `${epochs} epochs are repeated` });
  };
}

/** Facts on which records of earlier versions are silent. */
const laterFacts: readonly (keyof Environment)[] = ['gpu', 'kernels'];

function otherCircumstances(before: RunFolder, now: RunFolder): OtherCircumstance[] | undefined {
  const [then, here] = [readEnvironment(before), readEnvironment(now)];
  if (then === undefined || here === undefined) return undefined;
  const names = [...new Set([...Object.keys(then), ...Object.keys(here)])] as (keyof Environment)[];
  const known = names.filter((name) => !laterFacts.includes(name) || name in then);
  return known
    .filter((name) => then[name] !== here[name])
    .map((name) => ({ name, before: then[name], now: here[name] }));
}

interface EndedRun {
  readonly folder: RunFolder;
  readonly events: readonly TrainEvent[];
}

function sameLastWeights(before: EndedRun, now: EndedRun): boolean | undefined {
  const [then, here] = [before, now].map(({ folder, events }) => {
    const end = events.findLast(({ type }) => type === 'runEnded');
    const file = join(folder.weights, 'last.safetensors');
    if (end?.type !== 'runEnded' || !existsSync(file)) return undefined;
    return { step: end.progress.step, hash: sha256Of(file) };
  });
  if (then === undefined || here === undefined || then.step !== here.step) return undefined;
  return then.hash === here.hash;
}

function evaluationOf({ evaluation }: RunFolder): object | undefined {
  return existsSync(evaluation) ? readJson<object>(evaluation) : undefined;
}
