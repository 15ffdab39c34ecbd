import { OptionError } from '@ocelli/torch';
import { shownPath } from '../experiments/runPlan.ts';
import { openTrained, publishedNames } from '../train/runFolder/publishedRun.ts';
import { newestRun, type RunFolder } from '../train/runFolder/runFolder.ts';

/**
 * The run that a command is about: the one asked for, or the one in the folder `runs` that was trained
 * last, which is told.
 *
 * @param run its folder, or that of its name, or the name of published weights.
 * @param needed what the command takes that would say it.
 * @throws {DataError} if there is no such run.
 * @throws {OptionError} if none is asked for and none was trained here.
 */
export function chosenRun(where: string, run: string | undefined, needed = '--run'): RunFolder {
  if (run !== undefined) return openTrained(run);
  const folder = newestRun('runs');
  if (folder === undefined) {
    throw new OptionError(
      `${where}: expected ${needed}, for no run in the folder runs has weights. ` +
        `Published weights have names: ${publishedNames().join(', ')}.`,
    );
  }
  process.stderr.write(`by ${shownPath(folder)}, trained last; --run chooses another\n`);
  return folder;
}
