// What every set-up has in common: one at a time, in the log, ended by signals, its failure a sentence.
import { join } from 'node:path';
import { interrupt } from './child.mjs';
import { sentence } from './failure.mjs';
import { withLock } from './lock.mjs';
import { Log } from './log.mjs';
import { Stamps } from './stamp.mjs';
import { requireBuildTools, requireNode } from './tools.mjs';

const exitCodes = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 };

/**
 * Runs the steps of a set-up and says how it ended; a failure becomes the exit code of the process.
 * @param root the folder that is set up; what set-ups remember lies in its `.ocelli`.
 * @param steps get `{ root, log, stamps, tools }`.
 */
export async function runSetup(root, steps) {
  const state = join(root, '.ocelli');
  const log = new Log(join(state, 'setup.log'));
  for (const [signal, exitCode] of Object.entries(exitCodes)) {
    process.on(signal, () => {
      process.exitCode = exitCode;
      interrupt(signal);
    });
  }
  const setUp = async () => {
    const begun = performance.now();
    requireNode();
    const stamps = new Stamps(join(state, 'stamps'));
    await steps({ root, log, stamps, tools: requireBuildTools() });
    const seconds = ((performance.now() - begun) / 1000).toFixed(1);
    console.log(
      log.spoke ? `Set-up finished in ${seconds} s.` : `Set-up: nothing to do (${seconds} s).`,
    );
  };
  try {
    await withLock(join(state, 'setup.lock'), (holder) => sayWaiting(log, holder), setUp);
  } catch (error) {
    log.detail(`\n${error?.stack}\n`);
    console.error(`Set-up stopped: ${sentence(error)}`);
    process.exitCode ||= 1;
  }
}

function sayWaiting(log, holder) {
  const who = holder ? `process ${holder.pid} on ${holder.host}` : 'another process';
  log.say(
    `Another set-up is running (${who}); waiting for it. If none is, delete .ocelli/setup.lock`,
  );
}
