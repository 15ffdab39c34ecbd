import { setTimeout } from 'node:timers/promises';
import { inTemporaryFolder } from '../../benchmarks/temporaryFolder.ts';
import type { Finding, Proof } from './proof.ts';
import { type Reference, ShortRuns } from './shortRun.ts';
import { standingOf } from './standing.ts';
import { findingOf } from './tried.ts';

const rounds = 20;
const patience = 10; // seconds
const exitCodes = { SIGINT: 130, SIGTERM: 143 } as const;
type Signal = keyof typeof exitCodes;

export const signals: Proof = {
  name: 'signals',
  claim: `SIGTERM or SIGINT at ${rounds} random moments: the run saves and ends within ${patience} s with the shell's exit code, goes on from where it was saved, and leaves what one does that nothing disturbed.`,
  run: () => inTemporaryFolder(signalOften),
};

async function signalOften(folder: string): Promise<Finding> {
  const { runs, reference } = await ShortRuns.prepare(folder);
  const wrong: string[] = [];
  let [stopped, inWork, slowest] = [0, 0, 0];
  for (let round = 0; round < rounds; round++) {
    const signal: Signal = round % 2 === 0 ? 'SIGTERM' : 'SIGINT';
    const name = `signalled${round}`;
    const { exitCode, seconds } = await signalOnce(runs, { name, signal, reference });
    slowest = Math.max(slowest, seconds);
    if (exitCode === exitCodes[signal]) stopped += 1;
    else wrong.push(`${signal} ended with ${exitCode}`);
    if (seconds > patience) wrong.push(`${signal} took ${seconds.toFixed(1)} s`);
    if (standingOf(runs.pathOf(name)).step > 0) inWork += 1;
    const faults = await runs.goOn(name, reference);
    wrong.push(...faults.map((fault) => `after ${signal}, ${fault}`));
  }
  const tried = [
    { what: `runs stopped, after ${slowest.toFixed(1)} s at most`, count: stopped, least: rounds },
    { what: 'of them saved at work', count: inWork, least: rounds / 4 },
  ];
  return findingOf(tried, wrong);
}

interface Round {
  readonly name: string;
  readonly signal: Signal;
  readonly reference: Reference;
}

/** Sends the signal at a random moment after the run has its folder and before it can be done. */
async function signalOnce(runs: ShortRuns, { name, signal, reference }: Round) {
  const { child, outcome } = runs.start(name);
  while (!runs.exists(name)) await setTimeout(5);
  await setTimeout(1000 * Math.random() * 0.6 * reference.workSeconds);
  const begun = performance.now();
  child.kill(signal);
  const { exitCode } = await outcome;
  return { exitCode, seconds: (performance.now() - begun) / 1000 };
}
