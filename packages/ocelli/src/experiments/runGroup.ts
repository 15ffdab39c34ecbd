import { existsSync, mkdirSync, readdirSync } from 'node:fs';
import { join, relative } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { writeJsonDurably } from '../train/runFolder/durableFile.ts';
import { readEventLog } from '../train/record/eventLog.ts';
import type { RunEnded } from '../train/record/events.ts';
import type { Experiment } from '../train/experiment/experiment.ts';
import { type RunFolder, runFolderAt } from '../train/runFolder/runFolder.ts';
import { readRunRecord } from '../train/record/runRecord.ts';
import { atStage } from '../train/experiment/stages.ts';
import type { ExperimentGroup, GroupMember } from './experimentGroup.ts';
import { newRun, resumedRun } from './runPlan.ts';
import { type WorkOptions, workOn } from './workOn.ts';

/** How the experiments of a group are run. */
export interface RunGroupOptions extends Omit<WorkOptions, 'onFolder'> {
  /** Folder in which runs are kept. @default 'runs' */
  readonly runsDir?: string;
  /** Told before each experiment: which, and how many there are. */
  readonly onBegin?: (member: GroupMember, place: { index: number; count: number }) => void;
  /** Told after each. */
  readonly onEnd?: (run: GroupRun) => void;
}

/** How an experiment of a group fared. */
export interface GroupRun {
  readonly name: string;
  readonly seed: number;
  /** `completed` and `stopped` as a run ends; `earlier` if it was complete before. */
  readonly outcome: RunEnded['reason'] | 'earlier' | 'failed';
  /** Absent if it failed before it had one. */
  readonly folder?: RunFolder;
  /** Why it failed. */
  readonly error?: unknown;
}

/**
 * Runs the experiments of a group, one after the other, as `runsDir/<group>/<experiment>/<n>`, and lists
 * them in `runsDir/<group>/group.json`. One that fails is noted and the next begins. One that was already
 * run with the same settings is not run again; one that was interrupted goes on.
 *
 * Asked to stop, it stops the experiment in work and begins no other.
 */
export async function runGroup(
  group: ExperimentGroup,
  options: RunGroupOptions = {},
): Promise<GroupRun[]> {
  const { runsDir = 'runs', onBegin, onEnd, ...work } = options;
  const root = join(runsDir, group.name);
  mkdirSync(root, { recursive: true });
  const runs: GroupRun[] = [];
  for (const [index, member] of [...group].entries()) {
    onBegin?.(member, { index, count: group.length });
    const run = await runMember(member, root, work);
    runs.push(run);
    writeJsonDurably(join(root, 'group.json'), listed(group, runs, root));
    onEnd?.(run);
    if (run.outcome === 'interrupted') break;
  }
  return runs;
}

async function runMember(member: GroupMember, root: string, work: WorkOptions): Promise<GroupRun> {
  const { name, experiment } = member;
  const known = { name, seed: experiment.seed };
  const before = earlierRun(join(root, name), experiment);
  if (before?.isComplete === true) return { ...known, outcome: 'earlier', folder: before.folder };
  const plan = before
    ? resumedRun(before.folder.path)
    : newRun({ experiment, runsDir: root, name });
  let folder: RunFolder | undefined;
  try {
    const onFolder = (made: RunFolder): void => void (folder = made);
    const { result } = await workOn(plan, { ...work, onFolder });
    const { saveFailure, reason } = result;
    const ending = saveFailure === undefined ? { outcome: reason } : failed(saveFailure);
    return { ...known, ...ending, ...(folder && { folder }) };
  } catch (error) {
    return { ...known, ...failed(error), ...(folder && { folder }) };
  }
}

function failed(error: unknown) {
  return { outcome: 'failed', error } as const;
}

/** A run of the same settings: the complete one if there is one, else one that can go on. */
function earlierRun(parent: string, experiment: Experiment) {
  if (!existsSync(parent)) return undefined;
  const runs = readdirSync(parent)
    .filter((name) => /^[1-9]\d*$/.test(name))
    .map((name) => runFolderAt(join(parent, name)))
    .filter((folder) => existsSync(folder.experiment) && existsSync(folder.events))
    .filter((folder) => isSame(readRunRecord(folder).experiment, experiment))
    .map((folder) => ({ folder, ending: endingOf(folder) }));
  const complete = runs.find(({ ending }) => ending === 'completed' || ending === 'stopped');
  if (complete) return { folder: complete.folder, isComplete: true };
  const open = runs.find(({ ending }) => ending !== 'nonFinite');
  return open && { folder: open.folder, isComplete: false };
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

/** The content of `group.json`. */
function listed(group: ExperimentGroup, runs: readonly GroupRun[], root: string): object {
  return {
    group: group.name,
    runs: runs.map(({ name, seed, outcome, folder, error }) => ({
      name,
      seed,
      outcome,
      ...(folder && { folder: relative(root, folder.path) }),
      ...(error !== undefined && {
        error: error instanceof Error ? error.message : JSON.stringify(error),
      }),
    })),
  };
}
