// A run that stands before its last epoch, copied again and again, each copy with another fault.
import { cpSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { once } from 'node:events';
import { setTimeout } from 'node:timers/promises';
import { epochsOf, readEventLog } from 'ocelli';
import { type Fault, FaultyDisk } from './faultyDisk.ts';
import { differences, readRunFiles } from './runFiles.ts';
import { type Reference, ShortRuns } from './shortRun.ts';
import { standingOf, startFaults } from './standing.ts';

/** A last epoch in which a call was to go wrong. */
export interface FaultyEpoch {
  /** The name of that call; absent if it was never made. */
  readonly call?: string;
  readonly exitCode: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly err: string;
  /** Whether it left all that one without a fault leaves. */
  readonly isWhole: boolean;
  /** What is wrong with the files as it left them, and with where it began. */
  readonly faults: readonly string[];
}

interface Parts {
  readonly runs: ShortRuns;
  readonly reference: Reference;
  readonly disk: FaultyDisk;
  /** Writing system calls on record, results, checkpoints and weights. */
  readonly calls: number;
}

/** The last epoch of a short run, to be made with faults. */
export class LastEpoch {
  readonly #parts: Parts;

  private constructor(parts: Parts) {
    this.#parts = parts;
  }

  static async prepare(folder: string): Promise<LastEpoch> {
    const { runs, reference } = await ShortRuns.prepare(folder);
    await stopBeforeLastEpoch(runs);
    const path = runs.pathOf('faulty');
    const watched = ['checkpoints', 'weights', 'events.jsonl', 'results.csv'];
    const disk = new FaultyDisk(
      folder,
      watched.map((name) => join(path, name)),
    );
    copy(runs);
    await runs.finish('faulty', disk.environment());
    const faults = differences(readRunFiles(path), [reference.files]);
    if (faults.length > 0) throw new Error(`without a fault, ${faults.join(', ')}`);
    return new LastEpoch({ runs, reference, disk, calls: disk.takeCount() });
  }

  get calls(): number {
    return this.#parts.calls;
  }

  /** The last epoch from the same start, with one call going wrong. */
  async withFault(kind: Fault, number: number): Promise<FaultyEpoch> {
    const { runs, disk } = this.#parts;
    copy(runs);
    const { child, outcome } = runs.start('faulty', disk.environment({ kind, call: number }));
    const { exitCode, err } = await outcome;
    const call = disk.takeFault();
    const ending = { exitCode, err, signal: child.signalCode };
    return { ...ending, ...this.#left(), ...(call !== undefined && { call }) };
  }

  /** Goes on to the end. @returns in what it is not as the run that nothing disturbed */
  async goOn(): Promise<string[]> {
    const { runs, reference } = this.#parts;
    return runs.goOn('faulty', reference);
  }

  /** Looks at the files as they lie: every part is as it was before, or as it is to be. */
  #left(): Pick<FaultyEpoch, 'isWhole' | 'faults'> {
    const { runs, reference } = this.#parts;
    const [before, path] = [runs.pathOf('stopped'), runs.pathOf('faulty')];
    try {
      const files = readRunFiles(path);
      const isWhole = differences(files, [reference.files]).length === 0;
      const broken = differences(files, [readRunFiles(before), reference.files]);
      const begun = startFaults(standingOf(before), standingOf(path), true);
      return { isWhole, faults: [...broken, ...begun] };
    } catch (error) {
      return { isWhole: false, faults: [error instanceof Error ? error.message : String(error)] };
    }
  }
}

function copy(runs: ShortRuns): void {
  rmSync(runs.pathOf('faulty'), { recursive: true, force: true });
  cpSync(runs.pathOf('stopped'), runs.pathOf('faulty'), { recursive: true });
}

/** Stops a run when three of its four epochs are on record and saved. */
async function stopBeforeLastEpoch(runs: ShortRuns): Promise<void> {
  const { child, outcome } = runs.start('stopped');
  const events = join(runs.pathOf('stopped'), 'events.jsonl');
  while (!runs.exists('stopped') || savedEpochs(events) < 3) {
    if (child.exitCode !== null) throw new Error(`the run ended: ${(await outcome).err}`);
    await setTimeout(20);
  }
  child.kill('SIGTERM');
  await once(child, 'exit');
  if (savedEpochs(events) !== 3) throw new Error('the run was not stopped in time; try again');
}

function savedEpochs(path: string): number {
  try {
    const events = readEventLog(path);
    return events.some(({ type }) => type === 'checkpointSaved') ? epochsOf(events).length : 0;
  } catch {
    return 0; // not there yet
  }
}
