// A run that stands before its last epoch, copied again and again, each copy with another fault.
import { cpSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { once } from 'node:events';
import { setTimeout } from 'node:timers/promises';
import { epochsOf, readEventLog } from 'ocelli';
import { type Fault, FaultyDisk } from './faultyDisk.ts';
import { type Reference, ShortRuns } from './shortRun.ts';
import type { Outcome } from '../../packages/ocelli/test/commandLine.ts';

/** What has to be known about the last epoch of a short run. */
export class LastEpoch {
  readonly runs: ShortRuns;
  readonly reference: Reference;
  readonly #disk: FaultyDisk;
  /** Writing system calls on record, checkpoints and weights. */
  readonly calls: number;

  private constructor(parts: {
    readonly runs: ShortRuns;
    readonly reference: Reference;
    readonly disk: FaultyDisk;
    readonly calls: number;
  }) {
    this.runs = parts.runs;
    this.reference = parts.reference;
    this.#disk = parts.disk;
    this.calls = parts.calls;
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
    return new LastEpoch({ runs, reference, disk, calls: disk.takeCount() });
  }

  /** The last epoch from the same start, with one call going wrong. */
  async withFault(kind: Fault, call: number): Promise<Outcome> {
    copy(this.runs);
    return this.runs.start('faulty', this.#disk.environment({ kind, call })).outcome;
  }

  /** Whether the copy has the weights of the run that nothing disturbed. */
  isEqual(): boolean {
    return this.runs.weightsOf('faulty') === this.reference.weights;
  }
}

function copy(runs: ShortRuns): void {
  rmSync(runs.pathOf('faulty'), { recursive: true, force: true });
  cpSync(runs.pathOf('stopped'), runs.pathOf('faulty'), { recursive: true });
}

/** Kills a run when three of its four epochs are on record and saved. */
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
