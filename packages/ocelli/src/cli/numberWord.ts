import { optionError } from '@ocelli/torch';

/**
 * The number a user gave to an option; what is allowed is for the function it goes to.
 *
 * @throws {OptionError} unless it is a number.
 */
export function numberWord(command: string, name: string, text: string): number {
  const value = Number(text);
  if (text.trim() !== '' && Number.isFinite(value)) return value;
  throw optionError(command, name, 'a number', text);
}
