import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { getNumThreads, setNumThreads } from '@ocelli/torch';
import type { RunFolder } from '../train/runFolder/runFolder.ts';
import { earlierRun, type PassOver } from './earlierRun.ts';
import type { ExperimentGroup, GroupMember } from './experimentGroup.ts';
import { type GroupRun, writeGroupList } from './groupList.ts';
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

/**
 * Runs the experiments of a group, one after the other, as `runsDir/<group>/<experiment>/<n>`, and lists
 * them in `runsDir/<group>/group.json`. One that fails is noted and the next begins. One that was already
 * run with the same settings is not run again; one that was interrupted goes on. A folder whose record cannot
 * be read is named on stderr and passed over.
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
  const runNext = memberRunner(root, work);
  for (const [index, member] of [...group].entries()) {
    onBegin?.(member, { index, count: group.length });
    const run = await runNext(member);
    runs.push(run);
    writeGroupList(root, group.name, runs);
    onEnd?.(run);
    if (run.outcome === 'interrupted') break;
  }
  return runs;
}

/**
 * What runs the members of one group in `root/<experiment>/<n>`, each with the threads there were at first,
 * unless it says how many.
 */
export function memberRunner(
  root: string,
  options: WorkOptions,
): (member: GroupMember) => Promise<GroupRun> {
  const threads = getNumThreads();
  const passOver = passingOver(options);
  return async function runMember({ name, experiment }) {
    const known = { name, seed: experiment.seed };
    let folder: RunFolder | undefined;
    try {
      const before = earlierRun(join(root, name), experiment, passOver);
      if (before?.isComplete === true) {
        return { ...known, outcome: 'earlier', folder: before.folder };
      }
      const plan = before
        ? resumedRun(before.folder.path)
        : newRun({ experiment, runsDir: root, name });
      const onFolder = (made: RunFolder): void => void (folder = made);
      const { result } = await workOn(plan, { ...options, onFolder });
      const [unsaved] = result.saveFailures;
      const ending = unsaved === undefined ? { outcome: result.reason } : failed(unsaved.reason);
      return { ...known, ...ending, ...(folder && { folder }) };
    } catch (error) {
      return { ...known, ...failed(error), ...(folder && { folder }) };
    } finally {
      setNumThreads(threads);
    }
  };
}

/** Says each folder once, however often it was looked at. */
function passingOver({ err = process.stderr }: WorkOptions): PassOver {
  const said = new Set<string>();
  return ({ path }, reason) => {
    if (said.has(path)) return;
    said.add(path);
    const why = reason instanceof Error ? reason.message : String(reason);
    err.write(`warning: ${path} is passed over: ${why}\n`);
  };
}

function failed(error: unknown) {
  return { outcome: 'failed', error } as const;
}
