import { optionError } from '@ocelli/torch';

/**
 * The number a user gave to an option, or nothing if he gave none.
 *
 * @throws {OptionError} unless it is a positive integer.
 */
export function positiveInteger(
  command: string,
  name: string,
  text: string | undefined,
): number | undefined {
  if (text === undefined) return undefined;
  if (/^[1-9]\d{0,8}$/.test(text)) return Number(text);
  throw optionError(command, name, 'a positive integer', text);
}
