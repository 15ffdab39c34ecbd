import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { listCheckpoints } from 'ocelli';
import { inTemporaryFolder } from '../../benchmarks/temporaryFolder.ts';
import type { Outcome } from '../../packages/ocelli/test/commandLine.ts';
import type { Finding, Proof } from './proof.ts';
import { differences, readRunFiles } from './runFiles.ts';
import { ShortRuns } from './shortRun.ts';
import { standingOf, startFaults } from './standing.ts';
import { findingOf } from './tried.ts';

const rounds = 20;
const runLocked = 3;

export const oneWriter: Proof = {
  name: 'one-writer',
  claim: `Two processes that take up the same run at the same moment, ${rounds} times: exactly one goes on from its checkpoint and leaves what a run does that nothing disturbed, the other says that the run is in use and ends with ${runLocked}.`,
  run: () => inTemporaryFolder(race),
};

async function race(folder: string): Promise<Finding> {
  const { runs, reference } = await ShortRuns.prepare(folder);
  const wrong: string[] = [];
  let raced = 0;
  for (let round = 0; round < rounds; round++) {
    const name = `raced${round}`;
    await begin(runs, name);
    const path = runs.pathOf(name);
    const before = standingOf(path);
    const both = [runs.start(name), runs.start(name)];
    const outcomes = await Promise.all(both.map(({ outcome }) => outcome));
    if (before.step > 0) raced += 1;
    const faults = [
      ...outcomeFaults(outcomes),
      ...startFaults(before, standingOf(path)),
      ...differences(readRunFiles(path), [reference.files]),
    ];
    wrong.push(...faults.map((fault) => `round ${round + 1}: ${fault}`));
  }
  return findingOf([{ what: 'races for a begun run', count: raced, least: rounds }], wrong);
}

/** One ends well, the other for the reason that the first is at work. */
export function outcomeFaults(outcomes: readonly Outcome[]): string[] {
  const isRefusal = ({ exitCode, err }: Outcome): boolean =>
    exitCode === runLocked && err.includes('is in use by');
  const winners = outcomes.filter(({ exitCode }) => exitCode === 0).length;
  if (winners === 1 && outcomes.filter(isRefusal).length === outcomes.length - 1) return [];
  const endings = outcomes.map(({ exitCode, err }) => `${exitCode} ${err}`.trim());
  return [`they ended with ${endings.join(' and ')}`];
}

/** Brings a run so far that there is a checkpoint to go on from. */
async function begin(runs: ShortRuns, name: string): Promise<void> {
  const { child, outcome } = runs.start(name);
  const checkpoints = join(runs.pathOf(name), 'checkpoints');
  while (child.exitCode === null && listCheckpoints(checkpoints).length === 0) await setTimeout(5);
  child.kill('SIGTERM');
  const { exitCode, err } = await outcome;
  if (exitCode !== 143)
    throw new Error(`a run was not stopped in time, it ended with ${exitCode}: ${err}`);
}
