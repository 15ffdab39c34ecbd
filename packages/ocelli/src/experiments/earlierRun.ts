import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { readEventLog } from '../train/record/eventLog.ts';
import type { RunEnded } from '../train/record/events.ts';
import type { Experiment } from '../train/experiment/experiment.ts';
import { type RunFolder, runFolderAt } from '../train/runFolder/runFolder.ts';
import { readRunRecord } from '../train/record/runRecord.ts';
import { atStage } from '../train/experiment/stages.ts';

/** Hears why a run folder is passed over. */
export type PassOver = (folder: RunFolder, reason: unknown) => void;

/** A run of the same settings as an experiment. */
export interface EarlierRun {
  readonly folder: RunFolder;
  /** Whether it came to its end; else it can go on. */
  readonly isComplete: boolean;
}

/**
 * A run of the same settings in `parent/<n>`: the complete one if there is one, else one that can go on.
 *
 * @param passOver told of each run whose record cannot be read.
 */
export function earlierRun(
  parent: string,
  experiment: Experiment,
  passOver: PassOver,
): EarlierRun | undefined {
  if (!existsSync(parent)) return undefined;
  const runs = readdirSync(parent)
    .filter((name) => /^[1-9]\d*$/.test(name))
    .map((name) => runFolderAt(join(parent, name)))
    .filter((folder) => existsSync(folder.experiment) && existsSync(folder.events))
    .flatMap((folder) => runOf(experiment, folder, passOver));
  const complete = runs.find(({ ending }) => ending === 'completed' || ending === 'stopped');
  if (complete) return { folder: complete.folder, isComplete: true };
  const open = runs.find(({ ending }) => ending !== 'nonFinite');
  return open && { folder: open.folder, isComplete: false };
}

/** How the run in a folder ended, if it is one of the experiment; of a damaged one nobody can tell. */
function runOf(experiment: Experiment, folder: RunFolder, passOver: PassOver) {
  try {
    if (!isSame(readRunRecord(folder).experiment, experiment)) return [];
    return [{ folder, ending: endingOf(folder) }];
  } catch (error) {
    passOver(folder, error);
    return [];
  }
}

function endingOf(folder: RunFolder): RunEnded['reason'] | undefined {
  const last = readEventLog(folder.events).findLast(
    ({ type }) => type === 'runEnded' || type === 'runStarted',
  );
  return last?.type === 'runEnded' ? last.reason : undefined;
}

/**
 * Whether a record is that of an experiment; it has answers to what was left to data and machine, and its
 * settings are those of the stage that was last in work.
 */
function isSame(record: Experiment, wanted: Experiment): boolean {
  return isDeepStrictEqual(asked(atStage(record, 1), wanted), asked(wanted, wanted));
}

/** What an experiment asks for, without the answers that `wanted` leaves to data and machine. */
function asked(experiment: Experiment, wanted: Experiment): object {
  const stages = experiment.stages?.map(({ batchSize: _, ...stage }) => stage) ?? null;
  return {
    ...experiment,
    ...(wanted.threads === null && { threads: null }),
    ...(wanted.validationShare === null && { validationShare: null }),
    ...(wanted.autoBatch && { batchSize: null, stages }),
    ...(wanted.findLr !== null && { lr: null }),
  };
}
