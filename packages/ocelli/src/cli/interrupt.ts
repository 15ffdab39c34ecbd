import { exitCodes } from './exitCodes.ts';

/** Turns Ctrl-C and `kill` into a request to stop, once; the second time they end the process. */
export interface Interrupt {
  /** Aborted by the first signal. */
  readonly signal: AbortSignal;
  /** What to answer to the shell for the signal that came; absent while none came. */
  readonly exitCode: () => number | undefined;
  /** Gives the signals their usual meaning back. */
  readonly release: () => void;
}

/** @param onRequest called at the first signal, to say that it was heard. */
export function listenForInterrupt(onRequest: () => void): Interrupt {
  const controller = new AbortController();
  let exitCode: number | undefined;
  const listener = (signal: 'SIGINT' | 'SIGTERM'): void => {
    if (exitCode !== undefined) process.exit(exitCode);
    exitCode = signal === 'SIGINT' ? exitCodes.interrupted : exitCodes.terminated;
    onRequest();
    controller.abort();
  };
  process.on('SIGINT', listener);
  process.on('SIGTERM', listener);
  return {
    signal: controller.signal,
    exitCode: () => exitCode,
    release: () => void process.off('SIGINT', listener).off('SIGTERM', listener),
  };
}

/** Signals that are listened to from the moment a run begins: before that, Ctrl-C ends the process. */
export interface LateInterrupt {
  /** Begins to listen, once. */
  readonly signal: () => AbortSignal;
  /** What to answer to the shell for a run that was asked to stop. */
  readonly exitCode: () => number;
  readonly release: () => void;
}

/** An interrupt that says on stderr that it was heard. */
export function interruptOnce(): LateInterrupt {
  let interrupt: Interrupt | undefined;
  return {
    signal: () => (interrupt ??= listenForInterrupt(sayStopping)).signal,
    exitCode: () => interrupt?.exitCode() ?? exitCodes.interrupted,
    release: () => interrupt?.release(),
  };
}

function sayStopping(): void {
  process.stderr.write('\nFinishing the step in work, then saving. Again to stop at once.\n');
}
