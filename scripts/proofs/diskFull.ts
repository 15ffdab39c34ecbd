import { inTemporaryFolder } from '../../benchmarks/temporaryFolder.ts';
import { LastEpoch } from './lastEpoch.ts';
import type { Finding, Proof } from './proof.ts';

/** What a run may answer when its disk was full for one call: all is well, or it says so. */
const answers: ReadonlySet<number | null> = new Set([0, 5]);

export const diskFull: Proof = {
  name: 'disk-full',
  claim:
    'With the disk full at any one of the system calls that write record, checkpoint and weights, ' +
    'training goes on to its end or stops with the exit code of a full disk, what was saved before ' +
    'stays whole, and gone on with, the run has the weights of one that nothing disturbed.',
  run: () => inTemporaryFolder(fillAtEachCall),
};

async function fillAtEachCall(folder: string): Promise<Finding> {
  const epoch = await LastEpoch.prepare(folder);
  const wrong: string[] = [];
  let untroubled = 0;
  for (let call = 1; call <= epoch.calls; call++) {
    const { exitCode, err } = await epoch.withFault('ENOSPC', call);
    if (exitCode === 0) untroubled += 1;
    await epoch.runs.finish('faulty');
    if (!answers.has(exitCode)) wrong.push(`call ${call} ended with ${exitCode}: ${err}`);
    else if (!epoch.isEqual()) wrong.push(`call ${call} led to other weights`);
  }
  const figure =
    `${epoch.calls} system calls: ${untroubled} runs went on to their end, ` +
    `${epoch.calls - untroubled} stopped and said why, ${wrong.length} went wrong` +
    wrong
      .slice(0, 5)
      .map((sentence) => `; ${sentence}`)
      .join('');
  return { held: wrong.length === 0, figure };
}
