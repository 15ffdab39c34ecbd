// What every set-up has in common: one at a time, in the log, ended by signals, its failure a sentence.
import { join } from 'node:path';
import { setImmediate as turnOfTheLoop } from 'node:timers/promises';
import { sentence } from './failure.mjs';
import { interruption, listenToSignals } from './interruption.mjs';
import { waitingFor, withLock } from './lock.mjs';
import { Log } from './log.mjs';
import { Stamps } from './stamp.mjs';
import { requireBuildTools, requireNode } from './tools.mjs';

/**
 * Runs the steps of a set-up and says how it ended; a failure becomes the exit code of the process.
 * @param root the folder that is set up; what set-ups remember lies in its `.ocelli`.
 * @param steps get `{ root, log, stamps, tools }`.
 */
export async function runSetup(root, steps) {
  const state = join(root, '.ocelli');
  const log = new Log(join(state, 'setup.log'));
  listenToSignals();
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
    const waiting = (holder) => log.say(waitingFor('set-up', holder, '.ocelli/setup.lock'));
    await withLock(join(state, 'setup.lock'), waiting, setUp);
  } catch (error) {
    await stopped(error, log);
  }
}

/** Says why. A program that Ctrl-C ended as well has failed for that reason and no other. */
async function stopped(error, log) {
  // A signal that came while a step worked without a pause is heard in the next turn of the event loop.
  for (let turn = 0; turn < 2; turn++) await turnOfTheLoop();
  const reason = interruption.aborted ? interruption.reason : error;
  console.error(`Set-up stopped: ${sentence(reason)}`);
  process.exitCode ||= 1;
  try {
    log.detail(`\n${error?.stack}\n`);
  } catch {
    // The sentence above is about the folder of the log.
  }
}
