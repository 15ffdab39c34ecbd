import { existsSync } from 'node:fs';
import { dirname, extname } from 'node:path';
import { optionError } from '@ocelli/torch';

/** A file that a command will write, as the user named it. */
export interface OutputFile {
  /** The option that names it. */
  readonly name: string;
  readonly file: string;
  /** How its name may end. @default in any way */
  readonly kinds?: readonly string[];
}

/**
 * Refuses a file that could not be written, before the work that it is to hold.
 *
 * @throws {OptionError} if its name ends otherwise, or its folder is not there.
 */
export function checkOutput(command: string, { name, file, kinds }: OutputFile): void {
  if (kinds !== undefined && !kinds.includes(extname(file).toLowerCase())) {
    throw optionError(command, name, `a ${kinds.join(' or ')} file`, file);
  }
  if (existsSync(dirname(file))) return;
  throw optionError(command, name, 'in a folder that is there', file);
}
