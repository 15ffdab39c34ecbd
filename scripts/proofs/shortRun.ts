// A training run of seconds on drawn pictures, which a proof kills, starves or repeats.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { writePictures } from '../../benchmarks/pictureFolder.ts';
import { type Outcome, startCommand } from '../../packages/ocelli/test/commandLine.ts';
import { differences, readRunFiles, type RunFiles } from './runFiles.ts';
import { standingOf, startFaults } from './standing.ts';

/** Small pictures and a small network on one thread: what takes time is to be the saving. */
const settings = ['--data', 'pictures', '--model', 'resnet20', '--pad', '2', '--threads', '1'];
const size = ['--epochs', '4', '--batch-size', '20', '--lr', '0.05', '--image-size', '16'];
const quiet = ['--progress', 'silent', '--no-report'];

/** What the uninterrupted run came to. */
export interface Reference {
  readonly files: RunFiles;
  /** From the moment when it takes its folder to its end. */
  readonly workSeconds: number;
}

export type RunningCommand = ReturnType<typeof startCommand>;

/** The runs of one proof, in a folder of their own. */
export class ShortRuns {
  readonly folder: string;

  private constructor(folder: string) {
    this.folder = folder;
  }

  /** Draws the pictures, decodes them, and makes the run that nothing disturbs. */
  static async prepare(folder: string): Promise<{ runs: ShortRuns; reference: Reference }> {
    await writePictures(join(folder, 'pictures'), 60);
    const runs = new ShortRuns(folder);
    await runs.finish('warm');
    const { child, outcome } = runs.start('reference');
    const working = await runs.atWork('reference', { child, outcome });
    const begun = performance.now();
    const { exitCode, err } = await outcome;
    if (!working || exitCode !== 0) throw new Error(`the reference ended with ${exitCode}: ${err}`);
    const workSeconds = (performance.now() - begun) / 1000;
    return { runs, reference: { files: readRunFiles(runs.pathOf('reference')), workSeconds } };
  }

  /** Starts the run of that name, or goes on with it if it has begun to exist. */
  start(name: string, env: NodeJS.ProcessEnv = {}): RunningCommand {
    const fresh = ['--run-name', name, ...settings, ...size];
    const words = this.exists(name) ? ['--resume', join('runs', name)] : fresh;
    return startCommand(this.folder, ['train', ...words, ...quiet], env);
  }

  /** Runs it to its end. @throws {Error} if it does not end well. */
  async finish(name: string, env: NodeJS.ProcessEnv = {}): Promise<Outcome> {
    const outcome = await this.start(name, env).outcome;
    if (outcome.exitCode === 0) return outcome;
    throw new Error(`run ${name} ended with ${outcome.exitCode}: ${outcome.err}`);
  }

  /** Goes on with a run to its end. @returns in what it did not end as the reference, or begin as it stood */
  async goOn(name: string, { files }: Reference): Promise<string[]> {
    const path = this.pathOf(name);
    try {
      const before = standingOf(path);
      await this.finish(name);
      const faults = startFaults(before, standingOf(path));
      return [...faults, ...differences(readRunFiles(path), [files])];
    } catch (error) {
      return [error instanceof Error ? error.message : String(error)];
    }
  }

  /** Waits until the process holds the run. @returns false if it ended before that. */
  async atWork(name: string, { child, outcome }: RunningCommand): Promise<boolean> {
    let hasEnded = false;
    void outcome.then(() => (hasEnded = true));
    while (!hasEnded) {
      if (holderOf(join(this.pathOf(name), 'lock.json')) === child.pid) return true;
      await setTimeout(5);
    }
    return false;
  }

  /** Its folder, once there is something to go on with. */
  exists(name: string): boolean {
    return existsSync(join(this.pathOf(name), 'experiment.json'));
  }

  pathOf(name: string): string {
    return join(this.folder, 'runs', name, '1');
  }
}

/** The process that the note of a lock names; a killed one leaves its note behind. */
function holderOf(note: string): number | undefined {
  try {
    return (JSON.parse(readFileSync(note, 'utf8')) as { pid: number }).pid;
  } catch {
    return undefined; // not there, or being written
  }
}
