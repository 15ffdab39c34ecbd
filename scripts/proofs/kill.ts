import { setTimeout } from 'node:timers/promises';
import { inTemporaryFolder } from '../../benchmarks/temporaryFolder.ts';
import type { Finding, Proof } from './proof.ts';
import { differences, readRunFiles } from './runFiles.ts';
import { type Reference, ShortRuns } from './shortRun.ts';
import { standingOf, startFaults } from './standing.ts';
import { findingOf } from './tried.ts';

const kills = 50;

export const kill: Proof = {
  name: 'kill',
  claim: `Killed with SIGKILL at ${kills} random moments of their work, runs go on from their newest checkpoint each time, and leave what a run does that nothing disturbed.`,
  run: () => inTemporaryFolder(killOften),
};

async function killOften(folder: string): Promise<Finding> {
  const { runs, reference } = await ShortRuns.prepare(folder);
  const wrong: string[] = [];
  let [killed, finished, resumed] = [0, 0, 0];
  while (killed < kills || finished === 0) {
    const name = `killed${finished}`;
    const path = runs.pathOf(name);
    const before = standingOf(path);
    const isKilled = await killOnce(runs, name, reference);
    const after = standingOf(path);
    const faults = startFaults(before, after, isKilled);
    wrong.push(...faults);
    const hasBegun = after.starts.length > before.starts.length;
    if (hasBegun && before.step > 0 && faults.length === 0) resumed += 1;
    if (isKilled) killed += 1;
    else wrong.push(...differences(readRunFiles(path), [reference.files]));
    if (!isKilled) finished += 1;
  }
  const tried = [
    { what: 'kills', count: killed, least: kills },
    { what: 'times gone on from a checkpoint', count: resumed, least: Math.floor(kills / 4) },
    { what: 'runs to their end', count: finished, least: 1 },
  ];
  return findingOf(tried, wrong);
}

/**
 * Kills the run at a moment drawn from the work of a whole one, unless it is done by then.
 *
 * @returns whether it was killed.
 */
async function killOnce(runs: ShortRuns, name: string, reference: Reference): Promise<boolean> {
  const { child, outcome } = runs.start(name);
  await runs.atWork(name, { child, outcome });
  const moment = setTimeout(1000 * Math.random() * reference.workSeconds, 'late' as const);
  const first = await Promise.race([outcome, moment]);
  const isSent = first === 'late' && child.exitCode === null && child.kill('SIGKILL');
  const { exitCode, err } = await outcome;
  if (isSent && child.signalCode === 'SIGKILL') return true;
  if (exitCode !== 0) throw new Error(`a run ended with ${child.signalCode ?? exitCode}: ${err}`);
  return false;
}
