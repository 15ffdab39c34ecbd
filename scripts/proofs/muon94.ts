import { type RecipeResult, runRecipe } from '../../benchmarks/recipeRun.ts';
import { meanOf, percent } from './figures.ts';
import type { Finding, Proof } from './proof.ts';

const seeds = [0, 1, 2, 3, 4];
const leastAccuracy = 0.94;

export const muon94: Proof = {
  name: 'muon-94',
  claim:
    'The recipe cifar10-muon gets 94 % of the 10,000 test pictures of CIFAR-10 right, as the mean over ' +
    `${seeds.length} seeds; seconds are from pictures in memory to the result.`,
  run: async ({ data }) => {
    const source = data === undefined ? [] : ['--data', data];
    const results: RecipeResult[] = [];
    for (const seed of seeds) {
      const words = [...source, '--seed', String(seed)];
      const result = await runRecipe('cifar10-muon', words, { note: console.log });
      results.push(result);
    }
    return findingOf(results);
  },
};

/** Mean and deviation over the runs, and each of them. */
export function findingOf(results: readonly RecipeResult[]): Finding {
  const mean = meanOf(results.map(({ accuracy }) => accuracy));
  const squares = results.map(({ accuracy }) => (accuracy - mean) ** 2);
  const deviation = Math.sqrt(squares.reduce((a, b) => a + b, 0) / (results.length - 1));
  const each = results.map(
    ({ accuracy, seconds }) => `${percent(accuracy)} in ${seconds.toFixed(0)} s`,
  );
  const seconds = meanOf(results.map((result) => result.seconds));
  const figure = `${percent(mean)} ± ${percent(deviation)} in ${seconds.toFixed(0)} s (${each.join(', ')})`;
  return { held: mean >= leastAccuracy, figure };
}
