// A whole run of the recipe cifar10-muon: pictures in memory to the result on the test part.
import type { Benchmark } from './benchmark.ts';
import { runRecipe } from './recipeRun.ts';

export const muon94: Benchmark = {
  name: 'muon-94',
  measures: 'the recipe cifar10-muon from pictures in memory to its accuracy on the test part',
  run: async ({ data, batchSize, quick, note }) => {
    const words = ['--seed', '0'];
    if (data !== undefined) words.push('--data', data);
    if (batchSize !== undefined) words.push('--batch-size', String(batchSize));
    if (quick) words.push('--epochs', '1');
    const { accuracy, seconds } = await runRecipe('cifar10-muon', words, { note });
    note(`${(100 * accuracy).toFixed(2)} % of the test pictures are right`);
    return { value: seconds, unit: 's', better: 'lower' };
  },
};
