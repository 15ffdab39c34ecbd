import { optionError } from './errors.ts';
import { native } from './native.ts';

/** Number of threads that one operator uses; the number of cores unless set. */
export function getNumThreads(): number {
  return native.getNumThreads();
}

/**
 * Sets the number of threads that one operator uses. It belongs to the calling JavaScript thread.
 *
 * @throws {OptionError} if `count` is not a positive integer.
 */
export function setNumThreads(count: number): void {
  if (!Number.isSafeInteger(count) || count < 1) {
    throw optionError('setNumThreads', 'count', 'a positive integer', count);
  }
  native.setNumThreads(count);
}
