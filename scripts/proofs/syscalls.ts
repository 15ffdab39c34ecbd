import { inTemporaryFolder } from '../../benchmarks/temporaryFolder.ts';
import { LastEpoch } from './lastEpoch.ts';
import type { Finding, Proof } from './proof.ts';

export const syscalls: Proof = {
  name: 'syscalls',
  claim:
    'Killed at every single system call with which its last epoch writes record, checkpoint and ' +
    'weights, and gone on with, a run ends with the very weights of one that nothing disturbed.',
  run: () => inTemporaryFolder(killAtEachCall),
};

async function killAtEachCall(folder: string): Promise<Finding> {
  const epoch = await LastEpoch.prepare(folder);
  const wrong: number[] = [];
  let unreached = 0;
  for (let call = 1; call <= epoch.calls; call++) {
    const { exitCode } = await epoch.withFault('KILL', call);
    // A faster run writes fewer steps to its record than the one whose calls were counted.
    if (exitCode === 0) unreached += 1;
    else if (exitCode !== null) throw new Error(`call ${call} ended the run with ${exitCode}`);
    await epoch.runs.finish('faulty');
    if (!epoch.isEqual()) wrong.push(call);
  }
  const figure =
    `${epoch.calls - unreached} system calls, ` +
    `${epoch.calls - unreached - wrong.length} times the same weights` +
    (wrong.length > 0 ? `; others after calls ${wrong.join(', ')}` : '');
  return { held: wrong.length === 0 && unreached < epoch.calls / 4, figure };
}
