import { readEventLog } from '../train/record/eventLog.ts';
import { readRunRecord } from '../train/record/runRecord.ts';
import { readEnvironment } from '../train/runFolder/environment.ts';
import type { RunFolder } from '../train/runFolder/runFolder.ts';

/** Runs that can be compared, and why each of the others cannot: one damaged file hides no other run. */
export interface ReadableRuns<Run> {
  readonly readable: readonly Run[];
  readonly errors: readonly unknown[];
}

/** Reads the records of runs, all that a comparison is drawn from. */
export function readableRuns<Run extends { readonly folder: RunFolder }>(
  runs: readonly Run[],
): ReadableRuns<Run> {
  const readable: Run[] = [];
  const errors: unknown[] = [];
  for (const run of runs) {
    try {
      readRunRecord(run.folder);
      readEventLog(run.folder.events);
      readEnvironment(run.folder);
      readable.push(run);
    } catch (error) {
      errors.push(error);
    }
  }
  return { readable, errors };
}
