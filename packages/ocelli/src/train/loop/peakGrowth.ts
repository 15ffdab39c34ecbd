import { readFileSync, writeFileSync } from 'node:fs';

/** What work gave, and the memory that it took. */
export interface Measured<T> {
  readonly result: T;
  /** By how much the process was larger at most than before, in bytes; absent where no system counts that. */
  readonly bytes?: number;
}

/** Runs work and measures by how much resident memory grew meanwhile. Linux alone keeps a peak that begins anew. */
export function withPeakGrowth<T>(work: () => T): Measured<T> {
  const isCounted = restartPeak();
  const before = process.memoryUsage.rss();
  const result = work();
  return { result, ...(isCounted && { bytes: Math.max(0, residentPeak() - before) }) };
}

/** @returns whether the system did it. @see proc_pid_clear_refs(5) */
function restartPeak(): boolean {
  try {
    writeFileSync('/proc/self/clear_refs', '5');
    return true;
  } catch {
    return false; // another system, or one that does not allow it
  }
}

function residentPeak(): number {
  const [, kilobytes] =
    /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'utf8')) ?? [];
  return 1024 * Number(kilobytes);
}
