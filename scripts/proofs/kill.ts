import { existsSync } from 'node:fs';
import { setTimeout } from 'node:timers/promises';
import { inTemporaryFolder } from '../../benchmarks/temporaryFolder.ts';
import type { Finding, Proof } from './proof.ts';
import { type Reference, ShortRuns } from './shortRun.ts';

const kills = 50;

export const kill: Proof = {
  name: 'kill',
  claim: `Killed with SIGKILL at ${kills} random moments and gone on with each time, runs end with the very weights of a run that nothing disturbed.`,
  run: () => inTemporaryFolder(killOften),
};

async function killOften(folder: string): Promise<Finding> {
  const { runs, reference } = await ShortRuns.prepare(folder);
  let [done, finished, equal, early] = [0, 0, 0, 0];
  while (done < kills || finished === 0) {
    const name = `killed${finished}`;
    const outcome = await killOnce(runs, name, reference);
    if (outcome === 'killed') {
      done += 1;
      if (!existsSync(runs.pathOf(name))) early += 1;
    } else {
      finished += 1;
      if (runs.weightsOf(name) === reference.weights) equal += 1;
    }
  }
  const figure =
    `${done} kills in ${finished} runs (${early} before the run had a folder); ` +
    `${equal} of ${finished} ended with the same weights`;
  return { held: equal === finished, figure };
}

/** Kills the run at a moment drawn from the length of a whole one, unless it is done by then. */
async function killOnce(runs: ShortRuns, name: string, reference: Reference) {
  const { child, outcome } = runs.start(name);
  const moment = setTimeout(1000 * Math.random() * reference.seconds, 'late' as const);
  const first = await Promise.race([outcome, moment]);
  if (first === 'late' && child.exitCode === null && child.kill('SIGKILL')) {
    const { exitCode } = await outcome;
    if (exitCode === null) return 'killed';
  }
  const { exitCode, err } = await outcome;
  if (exitCode !== 0) throw new Error(`a resumed run ended with ${exitCode}: ${err}`);
  return 'finished';
}
