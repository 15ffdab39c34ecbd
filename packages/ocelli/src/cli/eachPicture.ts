import { DataError } from '@ocelli/torch';
import { exitCodeOf, exitCodes } from './exitCodes.ts';
import { failureOf } from './failure.ts';

/** What was found out about pictures, and how the command ends. */
export interface EachPicture<Answer> {
  readonly answers: Answer[];
  /** That of the first picture that could not be read, if there is one. */
  readonly exitCode: number;
}

/**
 * Asks about one picture after the other. One that cannot be read is told, and does not keep the others
 * from being answered.
 */
export async function eachPicture<Answer>(
  pictures: readonly string[],
  ask: (picture: string) => Promise<Answer>,
): Promise<EachPicture<Answer>> {
  const answers: Answer[] = [];
  let exitCode: number = exitCodes.done;
  for (const picture of pictures) {
    try {
      answers.push(await ask(picture));
    } catch (error) {
      if (!isAboutTheFile(error)) throw error;
      process.stderr.write(`${failureOf(error).text}\n`);
      exitCode ||= exitCodeOf(error);
    }
  }
  return { answers, exitCode };
}

function isAboutTheFile(error: unknown): boolean {
  return error instanceof DataError || (error instanceof Error && 'syscall' in error);
}
