import { readFileSync } from 'node:fs';
import { OptionError } from '@ocelli/torch';

/** The settings in an experiment's file, still unchecked. @throws {OptionError} if it is no JSON file. */
export function readExperimentFile(path: string): object {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as object;
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new OptionError(`${path}: expected a JSON file of settings, got ${reason}.`, { cause });
  }
}
