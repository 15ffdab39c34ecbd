import { CommanderError } from 'commander';
import { systemCode, systemReason } from '../data/systemReason.ts';
import { exitCodeOf, exitCodes } from './exitCodes.ts';

/** What a failed command says and answers. */
export interface Failure {
  readonly text: string;
  readonly exitCode: number;
}

/**
 * Words an error for the person at the terminal: the sentence alone. Only what must be a fault of
 * Ocelli itself comes with its stack, to be reported.
 */
export function failureOf(error: unknown): Failure {
  if (error instanceof CommanderError) return usageFailure(error);
  const exitCode = exitCodeOf(error);
  if (!(error instanceof Error)) return { text: `error: ${String(error)}`, exitCode };
  if (exitCode === exitCodes.memory) return { text: memoryText(error), exitCode };
  if (isAboutPath(error)) return { text: pathText(error), exitCode };
  const isKnown = exitCode !== exitCodes.internal || 'code' in error;
  return { text: isKnown ? `error: ${error.message}` : `internal error: ${error.stack}`, exitCode };
}

/** Commander's two lines as one: what is wrong, and the nearest known word or where to look it up. */
function usageFailure(error: CommanderError): Failure {
  if (error.exitCode === 0) return { text: '', exitCode: exitCodes.done }; // help, version
  const [first = '', ...rest] = error.message.replace(/^error: /, '').split('\n');
  const sentence = `${first.replaceAll("'", '').replace(/\.$/, '')}.`;
  const hint = rest.join(' ').replace(/^\((.*)\)$/, '$1');
  const remedy = hint === '' ? 'Add --help to see what there is.' : hint;
  return { text: `error: ${sentence} ${remedy}`, exitCode: exitCodes.usage };
}

/** Whether the operating system refused a file or folder, whose error says so in words of its own. */
function isAboutPath(error: Error): error is Error & { readonly path: string } {
  return 'syscall' in error && 'path' in error && typeof error.path === 'string';
}

function pathText(error: Error & { readonly path: string }): string {
  const remedy = systemCode(error) === 'ENOENT' ? ' Check how it is spelt.' : '';
  return `error: ${error.path}: expected a file that can be opened, got ${systemReason(error)}.${remedy}`;
}

function memoryText(error: Error): string {
  const reason = error.message.split('\n')[0] ?? '';
  return `error: ${reason} Try a smaller --batch-size; ocelli summary says which fits.`;
}
