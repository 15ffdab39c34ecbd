import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { DataError } from '@ocelli/torch';
import { flushFolder } from '../runFolder/durableFile.ts';
import { readEventLog } from '../record/eventLog.ts';
import { epochsOf } from '../record/history.ts';
import type { RunFolder } from '../runFolder/runFolder.ts';

/**
 * Refuses to begin a run where there is one already.
 *
 * @throws {DataError} that says how to go on with it or begin anew.
 */
export function refuseBegunRun(folder: RunFolder): void {
  if (!existsSync(folder.events)) return;
  const epochs = epochsOf(readEventLog(folder.events)).length;
  throw new DataError(
    `${folder.path}: expected a folder without a run, got one with a run of ${epochs} epochs. ` +
      'Go on with it (--resume), begin it anew (--restart), or choose another folder.',
  );
}

/**
 * Takes out of a run folder everything that its run came to, so that it can begin anew. The record and
 * the text log stay, the record under the next free name `events-<n>.jsonl`.
 */
export function clearRun(folder: RunFolder): void {
  const { path, events, results, rates, weights, checkpoints, checkpointIndex } = folder;
  const { predictions, evaluation, pictures, tensorboard, report } = folder;
  let number = 1;
  const keptAs = (): string => join(path, `events-${number}.jsonl`);
  while (existsSync(keptAs())) number++;
  // The record goes last: as long as it is there, the run counts as begun.
  const made = [results, rates, checkpointIndex, weights, checkpoints];
  for (const one of [...made, predictions, evaluation, pictures, tensorboard, report]) {
    rmSync(one, { recursive: true, force: true });
  }
  for (const inner of [weights, checkpoints]) mkdirSync(inner);
  if (existsSync(events)) renameSync(events, keptAs());
  flushFolder(path);
}
