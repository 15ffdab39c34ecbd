import fs from 'node:fs';
import { DataError } from '@ocelli/torch';

/** @throws {DataError} if there is a file of that name: work of a person may be in it. */
export function refuseExisting(file: string): void {
  if (fs.existsSync(file)) throw existing(file);
}

/**
 * Writes a new file, never over another.
 *
 * @throws {DataError} if there is a file of that name.
 */
export function writeNew(file: string, text: string): void {
  try {
    fs.writeFileSync(file, text, { flag: 'wx' });
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && cause.code === 'EEXIST') throw existing(file);
    throw cause;
  }
}

function existing(file: string): DataError {
  return new DataError(
    `${file}: expected a new file, got one that is there already. Name another one with --out.`,
  );
}
