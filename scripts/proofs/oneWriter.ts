import { inTemporaryFolder } from '../../benchmarks/temporaryFolder.ts';
import type { Finding, Proof } from './proof.ts';
import { ShortRuns } from './shortRun.ts';

const rounds = 20;
const runLocked = 3;

export const oneWriter: Proof = {
  name: 'one-writer',
  claim: `Two processes that take up the same run at the same moment, ${rounds} times: exactly one works on it, the other says who does and ends with ${runLocked}.`,
  run: () => inTemporaryFolder(race),
};

async function race(folder: string): Promise<Finding> {
  const { runs, reference } = await ShortRuns.prepare(folder);
  let [exact, equal] = [0, 0];
  for (let round = 0; round < rounds; round++) {
    const name = `raced${round}`;
    await begin(runs, name);
    const both = [runs.start(name), runs.start(name)];
    const codes = (await Promise.all(both.map(({ outcome }) => outcome))).map(
      (one) => one.exitCode,
    );
    if (codes.toSorted((a, b) => Number(a) - Number(b)).join() === `0,${runLocked}`) exact += 1;
    if (runs.weightsOf(name) === reference.weights) equal += 1;
  }
  const figure = `${exact} of ${rounds} rounds with one winner, ${equal} with the right weights`;
  return { held: exact === rounds && equal === rounds, figure };
}

/** Brings a run so far that there is something to go on with. */
async function begin(runs: ShortRuns, name: string): Promise<void> {
  const { child, outcome } = runs.start(name);
  const watch = setInterval(() => runs.exists(name) && child.kill('SIGTERM'), 20);
  await outcome;
  clearInterval(watch);
}
