import { resolve } from 'node:path';
import { bestEpoch, openRunFolder, readEventLog } from 'ocelli';
import { inTemporaryFolder } from '../../benchmarks/temporaryFolder.ts';
import { startCommand } from '../../packages/ocelli/test/commandLine.ts';
import { meanOf, percent } from './figures.ts';
import type { Finding, Proof } from './proof.ts';

const seeds = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9];

/** Share of the test pictures by which the means may differ. */
const farthest = 0.001;

/** One epoch at half of the size: short enough for libtorch's own operators. */
const settings = ['--model', 'airbench94-silu', '--image-size', '16', '--pad', '2'];
const length = ['--epochs', '1', '--batch-size', '500', '--lr', '0.1'];
const quiet = ['--progress', 'silent', '--no-report'];

export const kernelsOff: Proof = {
  name: 'kernels-off',
  claim:
    'One epoch of `ocelli train --model airbench94-silu` on CIFAR-10 at 16 pixels gets as many test pictures right ' +
    "with the kernels of this project as with libtorch's own operators (OCELLI_KERNELS=off): the means over " +
    `${seeds.length} seeds differ by at most ${100 * farthest} points.`,
  run: ({ data }) =>
    inTemporaryFolder(async (folder) => {
      const source = data === undefined ? [] : ['--data', resolve(data)];
      const pairs: Pair[] = [];
      for (const seed of seeds) {
        const words = [...source, ...settings, ...length, '--seed', String(seed)];
        const trained = (kernels: 'auto' | 'off'): Promise<Trained> =>
          train(folder, { name: `${kernels}-${seed}`, words, kernels });
        pairs.push({ on: await trained('auto'), off: await trained('off') });
        console.log(figureOf(pairs.slice(-1)));
      }
      return findingOf(pairs);
    }),
};

/** What a training came to. */
export interface Trained {
  /** Share of the test pictures, 0 to 1. */
  readonly accuracy: number;
  readonly seconds: number;
}

/** The same run with the kernels of this project and without. */
export interface Pair {
  readonly on: Trained;
  readonly off: Trained;
}

interface Training {
  readonly name: string;
  readonly words: readonly string[];
  readonly kernels: 'auto' | 'off';
}

async function train(folder: string, { name, words, kernels }: Training): Promise<Trained> {
  const command = ['train', ...words, ...quiet, '--run-name', name];
  const begun = performance.now();
  const { exitCode, err } = await startCommand(folder, command, { OCELLI_KERNELS: kernels })
    .outcome;
  if (exitCode !== 0) throw new Error(`run ${name} ended with ${exitCode}: ${err}`);
  const { events } = openRunFolder(`${folder}/runs/${name}`);
  const accuracy = bestEpoch(readEventLog(events))?.validation?.accuracy;
  if (accuracy === undefined) throw new Error(`run ${name}: expected an epoch on its record.`);
  return { accuracy, seconds: (performance.now() - begun) / 1000 };
}

/** The difference of the means, and every pair. */
export function findingOf(pairs: readonly Pair[]): Finding {
  const difference = meanOf(pairs.map(({ on, off }) => on.accuracy - off.accuracy));
  return {
    held: Math.abs(difference) <= farthest,
    figure: `${(100 * difference).toFixed(3)} points (${figureOf(pairs)})`,
  };
}

function figureOf(pairs: readonly Pair[]): string {
  return pairs
    .map(
      ({ on, off }) =>
        `${percent(on.accuracy)} in ${on.seconds.toFixed(0)} s and ${percent(off.accuracy)} in ${off.seconds.toFixed(0)} s`,
    )
    .join('; ');
}
