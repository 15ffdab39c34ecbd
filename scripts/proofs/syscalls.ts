import { inTemporaryFolder } from '../../benchmarks/temporaryFolder.ts';
import { type FaultyEpoch, LastEpoch } from './lastEpoch.ts';
import type { Finding, Proof } from './proof.ts';
import { findingOf } from './tried.ts';

export const syscalls: Proof = {
  name: 'syscalls',
  claim:
    'Killed at every single system call with which its last epoch writes record, results, checkpoint and ' +
    'weights, a run leaves each of them whole, old or new; gone on with, it goes on from its checkpoint and ' +
    'leaves what one that nothing disturbed does.',
  run: () => inTemporaryFolder(killAtEachCall),
};

async function killAtEachCall(folder: string): Promise<Finding> {
  const epoch = await LastEpoch.prepare(folder);
  const wrong: string[] = [];
  let killed = 0;
  for (let number = 1; number <= epoch.calls; number++) {
    const left = await epoch.withFault('KILL', number);
    if (left.call !== undefined) killed += 1;
    const faults = [...endingFaults(left), ...left.faults, ...(await epoch.goOn())];
    wrong.push(...faults.map((fault) => `call ${number} (${left.call ?? 'not made'}): ${fault}`));
  }
  // A faster run writes fewer steps to its record than the one whose calls were counted.
  const least = Math.ceil(0.75 * epoch.calls);
  return findingOf([{ what: `kills at ${epoch.calls} system calls`, count: killed, least }], wrong);
}

/** It died of the kill, and without one it did not. */
export function endingFaults({
  call,
  exitCode,
  signal,
}: Pick<FaultyEpoch, 'call' | 'exitCode' | 'signal'>): string[] {
  const isExpected = call === undefined ? exitCode === 0 : signal === 'SIGKILL';
  return isExpected ? [] : [`it ended with ${signal ?? exitCode}`];
}
