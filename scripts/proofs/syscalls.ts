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
  for (let call = 1; call <= epoch.calls; call++) {
    const { exitCode } = await epoch.withFault('KILL', call);
    if (exitCode !== null) throw new Error(`call ${call} of ${epoch.calls} did not kill the run`);
    await epoch.runs.finish('faulty');
    if (!epoch.isEqual()) wrong.push(call);
  }
  const figure =
    `${epoch.calls} system calls, ${epoch.calls - wrong.length} times the same weights` +
    (wrong.length > 0 ? `; others after calls ${wrong.join(', ')}` : '');
  return { held: wrong.length === 0, figure };
}
