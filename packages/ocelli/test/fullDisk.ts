import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { vi } from 'vitest';

/** What the disk has no room for: names that a file or folder is to get, or text that is to be written. */
interface NoRoom {
  readonly names?: RegExp;
  readonly text?: RegExp;
}

/** Does work on a disk that is full at these. What is written durably gets its name at its end. */
export async function onFullDisk<T>({ names, text }: NoRoom, work: () => Promise<T>): Promise<T> {
  const spies = [fullFor('renameSync', names), fullFor('writeSync', text)];
  syncBuiltinESMExports(); // also for modules that import it by name
  try {
    return await work();
  } finally {
    for (const spy of spies) spy?.mockRestore();
    syncBuiltinESMExports();
  }
}

/** Makes a call fail where its second argument, a name or bytes, matches. */
function fullFor(call: 'renameSync' | 'writeSync', pattern: RegExp | undefined) {
  if (pattern === undefined) return undefined;
  const real = fs[call] as (...given: unknown[]) => number;
  return vi.spyOn(fs, call).mockImplementation((...given: unknown[]) => {
    if (!pattern.test(String(given[1]))) return real(...given);
    throw Object.assign(new Error('no space left on device'), { code: 'ENOSPC' });
  });
}
