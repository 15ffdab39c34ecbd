/** What a command answers to the shell; an interface, so these never change. */
export const exitCodes = {
  done: 0,
  internal: 1,
  usage: 2,
  runLocked: 3,
  data: 4,
  disk: 5,
  numeric: 6,
  memory: 7,
  device: 9,
  damaged: 10,
  differs: 11,
  interrupted: 130,
  terminated: 143,
} as const;

const byErrorCode: ReadonlyMap<string, number> = new Map([
  ['OPTION', exitCodes.usage],
  ['RUN_LOCKED', exitCodes.runLocked],
  ['DATA', exitCodes.data],
  ['NUMERIC', exitCodes.numeric],
  ['DEVICE', exitCodes.device],
  ['CHECKPOINT', exitCodes.damaged],
  // Of the operating system:
  ['ENOSPC', exitCodes.disk],
  ['EDQUOT', exitCodes.disk],
  ['EIO', exitCodes.disk],
  ['EROFS', exitCodes.disk],
  ['ENOENT', exitCodes.data],
  ['EACCES', exitCodes.data],
  ['EISDIR', exitCodes.data],
  ['ENOTDIR', exitCodes.data],
]);

/** The exit code for an error, by its `code`; libtorch says running out of memory only in words. */
export function exitCodeOf(error: unknown): number {
  if (!(error instanceof Error)) return exitCodes.internal;
  if (isOutOfMemory(error)) return exitCodes.memory;
  // A full disk stays a full disk, whatever was being written and whoever says so.
  if (codeOf(error.cause) === 'ENOSPC') return exitCodes.disk;
  return byErrorCode.get(codeOf(error)) ?? exitCodes.internal;
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : '';
}

/** Whether libtorch could not have the memory it asked for, on the CPU or a GPU. */
export function isOutOfMemory(error: Error): boolean {
  return /not enough memory|out of memory|can't allocate memory/i.test(error.message);
}
