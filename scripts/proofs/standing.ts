// Where a run stands, and whether a process that took it up went on from there.
import { existsSync } from 'node:fs';
import { listCheckpoints, newestCheckpoint, readEventLog, runFolderAt } from 'ocelli';

/** Where a run stands before a process takes it up. */
export interface Standing {
  /** The step of its newest checkpoint; 0 if it has none. */
  readonly step: number;
  /** The steps at which processes have begun on it, by its record. */
  readonly starts: readonly number[];
}

/** @throws {Error} if the newest checkpoint, or the record, is damaged. */
export function standingOf(path: string): Standing {
  const { checkpoints, events } = runFolderAt(path);
  const refuse = (message: string): never => {
    throw new Error(message);
  };
  const hasSaved = listCheckpoints(checkpoints).length > 0;
  const record = existsSync(events) ? readEventLog(events) : [];
  return {
    step: hasSaved ? newestCheckpoint(checkpoints, refuse).progress.step : 0,
    starts: record.flatMap((event) => (event.type === 'runStarted' ? [event.from.step] : [])),
  };
}

/**
 * What is wrong with where a process began on a run: it has to be the newest checkpoint, once.
 *
 * @param mayLack whether it may have come to its end before it began.
 */
export function startFaults(before: Standing, after: Standing, mayLack = false): string[] {
  const starts = after.starts.slice(before.starts.length);
  if (starts.length === 0) return mayLack ? [] : ['it is not on record where it began'];
  if (starts.length > 1) return [`it began ${starts.length} times`];
  if (starts[0] === before.step) return [];
  return [`it began at step ${starts[0]}, its checkpoint is of step ${before.step}`];
}
