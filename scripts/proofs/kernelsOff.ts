import { type RecipeResult, runRecipe } from '../../benchmarks/recipeRun.ts';
import { meanOf, percent } from './figures.ts';
import type { Finding, Proof } from './proof.ts';

const seeds = [0, 1, 2, 3, 4];

/** Share of the test pictures by which the means may differ. */
const farthest = 0.001;

/** Two epochs at half of the size: short enough for libtorch's own operators. */
const short = ['--epochs', '2', '--half', '1', '--three-quarters', '0'];

export const kernelsOff: Proof = {
  name: 'kernels-off',
  claim:
    'Two epochs of the recipe cifar10-muon at 16 pixels get as many test pictures of CIFAR-10 right with the ' +
    "kernels of this project as with libtorch's own operators (OCELLI_KERNELS=off): the means over " +
    `${seeds.length} seeds differ by at most ${100 * farthest} points.`,
  run: async ({ data }) => {
    const source = data === undefined ? [] : ['--data', data];
    const pairs: Pair[] = [];
    for (const seed of seeds) {
      const words = [...source, ...short, '--seed', String(seed)];
      const run = (env: Record<string, string>): Promise<RecipeResult> =>
        runRecipe('cifar10-muon', words, { note: console.log, env });
      pairs.push({
        on: await run({ OCELLI_KERNELS: 'auto' }),
        off: await run({ OCELLI_KERNELS: 'off' }),
      });
    }
    return findingOf(pairs);
  },
};

/** The same run with the kernels of this project and without. */
export interface Pair {
  readonly on: RecipeResult;
  readonly off: RecipeResult;
}

/** The difference of the means, and every pair. */
export function findingOf(pairs: readonly Pair[]): Finding {
  const difference = meanOf(pairs.map(({ on, off }) => on.accuracy - off.accuracy));
  const each = pairs.map(
    ({ on, off }) =>
      `${percent(on.accuracy)} in ${on.seconds.toFixed(0)} s and ${percent(off.accuracy)} in ${off.seconds.toFixed(0)} s`,
  );
  return {
    held: Math.abs(difference) <= farthest,
    figure: `${(100 * difference).toFixed(3)} points (${each.join('; ')})`,
  };
}
