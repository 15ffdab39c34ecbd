import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { epochsOf, openRunFolder, readEventLog } from 'ocelli';
import { repositoryRoot, runNode } from './command.ts';
import type { Finding, Proof } from './proof.ts';

/** After its first epoch the run that this recipe is taken from had 59.9 %; chance is 10 %. */
const leastAccuracy = 0.5;
const [trainCount, testCount] = [50_000, 10_000];

export const cifar10Davidnet: Proof = {
  name: 'cifar10-davidnet',
  claim:
    'One epoch of `ocelli train`, whose defaults are the DavidNet recipe, over all 50,000 training ' +
    `pictures of CIFAR-10 gets at least ${leastAccuracy * 100} % of the 10,000 test pictures right.`,
  run: ({ data }) => {
    const runs = join(repositoryRoot, 'runs');
    const name = 'prove-cifar10-davidnet';
    const words = ['--epochs', '1', '--runs-dir', runs, '--run-name', name];
    const source = data === undefined ? [] : ['--data', data];
    if (!runNode('packages/ocelli/bin/ocelli.js', 'train', ...words, ...source)) {
      return { held: false, figure: 'the training command failed' };
    }
    return findingOf(openRunFolder(join(runs, name)).path);
  },
};

/** Read from the record of the run, not from what was shown. */
function findingOf(folder: string): Finding {
  const [epoch] = epochsOf(readEventLog(join(folder, 'events.jsonl')));
  if (epoch?.validation === undefined) return { held: false, figure: 'no epoch is on record' };
  const { train, validation, progress } = epoch;
  const { libtorch } = JSON.parse(readFileSync(join(folder, 'environment.json'), 'utf8')) as {
    libtorch: string;
  };
  const isWhole = train.count === trainCount && validation.count === testCount;
  const figure =
    `${(100 * validation.accuracy).toFixed(2)} % (${validation.correct} of ${validation.count}) ` +
    `in ${progress.seconds.toFixed(0)} s, evaluation included, libtorch ${libtorch}`;
  return { held: isWhole && validation.accuracy >= leastAccuracy, figure };
}
