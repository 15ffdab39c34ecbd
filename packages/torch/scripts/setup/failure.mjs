// What ends the set-up: one sentence with a remedy. The rest is in the log.

export class SetupFailure extends Error {}

/** By a signal; the program that ran may have been killed in the middle of a file. */
export class Interrupted extends SetupFailure {
  constructor(signal) {
    super('interrupted; run it again to go on.');
    this.signal = signal;
  }
}

const causes = [
  [/ENOSPC|No space left on device/, 'the disk is full. Free some space'],
  [
    /EAI_AGAIN|ENOTFOUND|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH|EHOSTUNREACH|UND_ERR_CONNECT|Temporary failure resolving|Could not resolve host/,
    'the network could not be reached. Connect, or set the proxy that this network needs',
  ],
  [
    /EACCES|EPERM|Permission denied/,
    'permission was denied. Make the folder writable for this user',
  ],
  [
    /Killed signal terminated program|cc1plus.*killed|ENOMEM|Cannot allocate memory|out of memory/i,
    'memory ran out. Close other programs, or set OCELLI_JOBS=1',
  ],
];

/** The known cause that `text` (a message or a child's output) gives away. */
export function knownCause(text) {
  return causes.find(([sign]) => sign.test(text))?.[1];
}

/** A failure after which there may be another way, as part of a sentence; anything else is thrown on. */
export function asProblem(error) {
  if (!(error instanceof SetupFailure) || error instanceof Interrupted) throw error;
  return error.message.replace(/\.$/, '');
}

/** Turns whatever a step threw into the sentence for the user. */
export function sentence(error) {
  if (error instanceof SetupFailure) return error.message;
  const text = `${error?.code ?? ''} ${error?.message ?? error} ${error?.cause?.code ?? ''}`;
  return `${knownCause(text) ?? `unexpected: ${error?.message ?? error}. Please report it`}.`;
}
