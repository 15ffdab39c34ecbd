import type { Command } from 'commander';
import { examplesText } from './examples.ts';

/** Takes the exit code of a command that ran. */
export type Done = (exitCode: number) => void;

/** A command of the program, by its name and arguments; its help ends with examples. */
export function command(program: Command, usage: string): Command {
  const [name = ''] = usage.split(' ');
  return program
    .command(usage)
    .showSuggestionAfterError()
    .copyInheritedSettings(program)
    .addHelpText('after', examplesText(name));
}
