import { setTimeout } from 'node:timers/promises';
import { inTemporaryFolder } from '../../benchmarks/temporaryFolder.ts';
import type { Finding, Proof } from './proof.ts';
import { type Reference, ShortRuns } from './shortRun.ts';

const rounds = 20;
const patience = 10; // seconds
const exitCodes = { SIGINT: 130, SIGTERM: 143 } as const;

export const signals: Proof = {
  name: 'signals',
  claim: `SIGTERM or SIGINT at ${rounds} random moments: the run saves and ends within ${patience} s with the shell's exit code, and gone on with, it has the weights of one that nothing disturbed.`,
  run: () => inTemporaryFolder(signalOften),
};

async function signalOften(folder: string): Promise<Finding> {
  const { runs, reference } = await ShortRuns.prepare(folder);
  const wrong: string[] = [];
  let slowest = 0;
  for (let round = 0; round < rounds; round++) {
    const signal = round % 2 === 0 ? 'SIGTERM' : 'SIGINT';
    const name = `signalled${round}`;
    const { exitCode, seconds } = await signalOnce(runs, { name, signal, reference });
    slowest = Math.max(slowest, seconds);
    if (exitCode !== exitCodes[signal]) wrong.push(`${signal} ended with ${exitCode}`);
    await runs.finish(name);
    if (runs.weightsOf(name) !== reference.weights) wrong.push(`${signal} led to other weights`);
  }
  const figure =
    `${rounds} signals, slowest end after ${slowest.toFixed(1)} s, ${wrong.length} went wrong` +
    wrong.map((sentence) => `; ${sentence}`).join('');
  return { held: wrong.length === 0 && slowest <= patience, figure };
}

interface Round {
  readonly name: string;
  readonly signal: keyof typeof exitCodes;
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
