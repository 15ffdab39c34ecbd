// Ctrl-C and its kin: one AbortSignal, which everything that takes its time listens to.
import { Interrupted } from './failure.mjs';

const exitCodes = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 };
const controller = new AbortController();

/** Aborted by a signal of the system; its reason is an `Interrupted`. */
export const interruption = controller.signal;

/** From now on a signal does not end the process, which ends by itself with the exit code of a shell. */
export function listenToSignals() {
  for (const [signal, exitCode] of Object.entries(exitCodes)) {
    process.on(signal, () => {
      if (interruption.aborted) return;
      process.exitCode = exitCode;
      controller.abort(new Interrupted(signal));
    });
  }
}
