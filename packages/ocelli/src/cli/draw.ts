import { drawPersons } from '../data/persons/drawPersons.ts';
import { dataReporter } from '../report/dataReporter.ts';
import { grouped } from '../report/numbers.ts';
import { choice } from './choice.ts';
import { exitCodes } from './exitCodes.ts';
import { numberWord } from './numberWord.ts';

export interface DrawCommandOptions {
  readonly out: string;
  readonly count: string;
  readonly size: string;
  readonly seed: string;
  readonly wrong: string;
  readonly missing: string;
}

const where = 'ocelli draw persons';

/** Draws a set of persons into a folder. @returns the exit code. */
export async function runDraw(what: string, options: DrawCommandOptions): Promise<number> {
  choice('ocelli draw', { name: '<what>', value: what, among: ['persons'] });
  const { out, count, size, seed, wrong, missing } = options;
  const reporter = dataReporter(process.stderr);
  const drawn = await drawPersons(out, {
    count: numberWord(where, '--count', count),
    size: numberWord(where, '--size', size),
    seed: numberWord(where, '--seed', seed),
    wrong: numberWord(where, '--wrong', wrong),
    missing: numberWord(where, '--missing', missing),
    onDraw: reporter.onDraw,
  });
  reporter.end();
  process.stdout.write(
    `${grouped(drawn.count)} persons drawn; ${grouped(drawn.wrongLabels)} labels are wrong and ` +
      `${grouped(drawn.missingLabels)} missing in ${drawn.table}\n`,
  );
  return exitCodes.done;
}
