import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { listCheckpoints } from 'ocelli';
import { inTemporaryFolder } from '../../benchmarks/temporaryFolder.ts';
import type { Finding, Proof } from './proof.ts';
import { type Reference, ShortRuns } from './shortRun.ts';

const kills = 50;

export const kill: Proof = {
  name: 'kill',
  claim: `Killed with SIGKILL at ${kills} random moments of their work and gone on with each time, runs end with the very weights of a run that nothing disturbed.`,
  run: () => inTemporaryFolder(killOften),
};

async function killOften(folder: string): Promise<Finding> {
  const { runs, reference } = await ShortRuns.prepare(folder);
  let [done, finished, equal, saved] = [0, 0, 0, 0];
  while (done < kills || finished === 0) {
    const name = `killed${finished}`;
    const outcome = await killOnce(runs, name, reference);
    if (outcome === 'killed') {
      done += 1;
      if (listCheckpoints(join(runs.pathOf(name), 'checkpoints')).length > 0) saved += 1;
    } else {
      finished += 1;
      if (runs.weightsOf(name) === reference.weights) equal += 1;
    }
  }
  const figure =
    `${done} kills in ${finished} runs (${saved} with a checkpoint to go on from); ` +
    `${equal} of ${finished} ended with the same weights`;
  return { held: equal === finished, figure };
}

/** Kills the run at a moment drawn from the work of a whole one, unless it is done by then. */
async function killOnce(runs: ShortRuns, name: string, reference: Reference) {
  const { child, outcome } = runs.start(name);
  await runs.atWork(name, { child, outcome });
  const moment = setTimeout(1000 * Math.random() * reference.workSeconds, 'late' as const);
  const first = await Promise.race([outcome, moment]);
  if (first === 'late' && child.exitCode === null && child.kill('SIGKILL')) {
    const { exitCode } = await outcome;
    if (exitCode === null) return 'killed';
  }
  const { exitCode, err } = await outcome;
  if (exitCode !== 0) throw new Error(`a resumed run ended with ${exitCode}: ${err}`);
  return 'finished';
}
