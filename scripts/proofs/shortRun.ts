// A training run of seconds on drawn pictures, which a proof kills, starves or repeats.
import { existsSync, readFileSync } from 'node:fs';
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { writePictures } from '../../benchmarks/pictureFolder.ts';
import { type Outcome, startCommand } from '../../packages/ocelli/test/commandLine.ts';

/** Small pictures, one thread, a save after each of the few steps of an epoch. */
const settings = ['--data', 'pictures', '--model', 'cifar10-v1', '--pad', '2', '--threads', '1'];
const size = ['--epochs', '4', '--batch-size', '40', '--lr', '0.05'];
const quiet = ['--progress', 'silent', '--no-report'];

/** What the uninterrupted run came to. */
export interface Reference {
  /** SHA-256 of its last weights. */
  readonly weights: string;
  /** From the command to its end. */
  readonly seconds: number;
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
    await writePictures(join(folder, 'pictures'), 120);
    const runs = new ShortRuns(folder);
    await runs.finish('warm');
    const begun = performance.now();
    await runs.finish('reference');
    const seconds = (performance.now() - begun) / 1000;
    return { runs, reference: { weights: runs.weightsOf('reference'), seconds } };
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

  /** Its folder, once there is something to go on with. */
  exists(name: string): boolean {
    return existsSync(join(this.pathOf(name), 'experiment.json'));
  }

  pathOf(name: string): string {
    return join(this.folder, 'runs', name, '1');
  }

  weightsOf(name: string): string {
    const file = join(this.pathOf(name), 'weights', 'last.safetensors');
    return createHash('sha256').update(readFileSync(file)).digest('hex');
  }
}
