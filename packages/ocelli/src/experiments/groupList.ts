import { join, relative } from 'node:path';
import { writeJsonDurably } from '../train/runFolder/durableFile.ts';
import type { RunEnded } from '../train/record/events.ts';
import type { RunFolder } from '../train/runFolder/runFolder.ts';

/** How an experiment of a group fared. */
export interface GroupRun {
  readonly name: string;
  readonly seed: number;
  /** `completed` and `stopped` as a run ends; `earlier` if it was complete before. */
  readonly outcome: RunEnded['reason'] | 'earlier' | 'failed';
  /** Absent if it failed before it had one, or is a program that has none. */
  readonly folder?: RunFolder;
  /** Why it failed. */
  readonly error?: unknown;
}

/** Lists how the runs of a group fared, as `root/group.json`. */
export function writeGroupList(root: string, group: string, runs: readonly GroupRun[]): void {
  const listed = runs.map(({ name, seed, outcome, folder, error }) => ({
    name,
    seed,
    outcome,
    ...(folder && { folder: relative(root, folder.path) }),
    ...(error !== undefined && { error: reasonOf(error) }),
  }));
  writeJsonDurably(join(root, 'group.json'), { group, runs: listed });
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : JSON.stringify(error);
}
