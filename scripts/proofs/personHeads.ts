// The training of the demo, and whether each of its eight heads has learned something.
import { join } from 'node:path';
import {
  bestEpoch,
  openRunFolder,
  personSchema,
  personsTable,
  readEventLog,
  type RunFolder,
} from 'ocelli';
import { repositoryRoot, runNode } from './command.ts';
import type { Finding, Proof } from './proof.ts';

/** Above what always saying the most frequent class would have, which is one by the number of classes. */
const leastMargin = 0.2;

export const personHeads: Proof = {
  name: 'person-heads',
  claim:
    'The training of `npm run demo`: of 2,000 drawn persons, the 300 held back are told by each of the eight ' +
    `heads with a balanced accuracy at least ${100 * leastMargin} points above that of their majority class.`,
  run: async () => {
    const runs = join(repositoryRoot, 'runs');
    const name = 'prove-person-heads';
    const table = await personsTable(join(runs, 'drawn', 'persons-2000'), { count: 2000, seed: 0 });
    const words = ['scripts/demo.json', '--table', table, '--runs-dir', runs, '--run-name', name];
    if (!runNode('packages/ocelli/bin/ocelli.js', 'train', ...words)) {
      return { held: false, figure: 'the training command failed' };
    }
    return findingOf(openRunFolder(join(runs, name)));
  },
};

/** Read from the record of the run, not from what was shown. */
function findingOf(run: RunFolder): Finding {
  const best = bestEpoch(readEventLog(run.events));
  const scores = best?.validation?.attributes ?? {};
  const heads = Object.entries(personSchema).map(([name, classes]) => {
    const { balancedAccuracy } = scores[name] ?? {};
    return { name, majority: 1 / classes.length, balancedAccuracy };
  });
  const isAbove = heads.every(
    ({ balancedAccuracy, majority }) => (balancedAccuracy ?? 0) >= majority + leastMargin,
  );
  const figures = heads.map(
    ({ name, balancedAccuracy, majority }) =>
      `${name} ${(balancedAccuracy ?? NaN).toFixed(3)} (${majority.toFixed(3)})`,
  );
  return {
    held: isAbove && best?.validation?.count === 300,
    figure: `epoch ${best?.epoch} of ${best?.epochs}, balanced accuracy and that of the majority class: ${figures.join(', ')}`,
  };
}
