import { inTemporaryFolder } from '../../benchmarks/temporaryFolder.ts';
import { type FaultyEpoch, LastEpoch } from './lastEpoch.ts';
import type { Finding, Proof } from './proof.ts';
import { findingOf } from './tried.ts';

export const diskFull: Proof = {
  name: 'disk-full',
  claim:
    'With the disk full at any one of the system calls that write record, results, checkpoint and weights, ' +
    'training ends with all of them written, or with the exit code of a full disk and each of them whole, ' +
    'old or new; gone on with, the run goes on from its checkpoint and leaves what one that nothing ' +
    'disturbed does.',
  run: () => inTemporaryFolder(fillAtEachCall),
};

async function fillAtEachCall(folder: string): Promise<Finding> {
  const epoch = await LastEpoch.prepare(folder);
  const wrong: string[] = [];
  let [filled, refused] = [0, 0];
  for (let number = 1; number <= epoch.calls; number++) {
    const left = await epoch.withFault('ENOSPC', number);
    if (left.call !== undefined) filled += 1;
    if (left.exitCode === 5) refused += 1;
    const faults = [...answerFaults(left), ...left.faults, ...(await epoch.goOn())];
    wrong.push(...faults.map((fault) => `call ${number} (${left.call ?? 'not made'}): ${fault}`));
  }
  const least = Math.ceil(0.75 * epoch.calls); // as for kills at them
  const tried = [
    { what: `times full at ${epoch.calls} system calls`, count: filled, least },
    { what: 'of them stopped the run, which said why', count: refused, least: 1 },
  ];
  return findingOf(tried, wrong);
}

type Answer = Pick<FaultyEpoch, 'call' | 'exitCode' | 'signal' | 'err' | 'isWhole'>;

/** All is written, or the answer is that the disk is full. */
export function answerFaults({ call, exitCode, signal, err, isWhole }: Answer): string[] {
  if (exitCode === 0) return isWhole ? [] : ['it ended with 0, and not all is written'];
  const isSaid = exitCode === 5 && err.includes('ENOSPC');
  return isSaid && call !== undefined ? [] : [`it ended with ${signal ?? exitCode}: ${err}`];
}
