import { readFileSync } from 'node:fs';
import { basename, extname } from 'node:path';
import { OptionError } from '@ocelli/torch';
import { isGroup } from '../experiments/experimentGroup.ts';
import { type Candidate, type Ranked, shortlist } from '../experiments/shortlist.ts';
import { progressModes } from '../report/consoleReporter.ts';
import { percent, span } from '../report/numbers.ts';
import { textTable } from '../report/table.ts';
import { choice } from './choice.ts';
import { exitCodes } from './exitCodes.ts';
import { readExperimentFile } from './experimentFile.ts';
import { failureOf } from './failure.ts';
import { interruptOnce } from './interrupt.ts';
import { numberWord } from './numberWord.ts';
import { positiveInteger } from './positiveInteger.ts';

export interface ShortlistCommandOptions {
  readonly pictures: string;
  readonly epochs: string;
  readonly seed: string;
  readonly data?: string;
  readonly table?: string;
  readonly images?: string;
  readonly threads?: string;
  readonly runsDir?: string;
  readonly progress: string;
  readonly json?: boolean;
}

const where = 'ocelli shortlist';

/** Trains candidates on a few pictures and ranks them. @returns the exit code. */
export async function runShortlist(
  files: readonly string[],
  options: ShortlistCommandOptions,
): Promise<number> {
  const { data, table, images, runsDir, json = false } = options;
  const mode = choice(where, { name: '--progress', value: options.progress, among: progressModes });
  const seed = numberWord(where, '--seed', options.seed);
  const threads = positiveInteger(where, '--threads', options.threads);
  const candidates = await Promise.all(files.map(candidateOf));
  const interrupt = interruptOnce();
  try {
    const ranked = await shortlist(candidates, {
      where,
      mode,
      seed,
      pictures: positiveInteger(where, '--pictures', options.pictures) ?? 500,
      epochs: positiveInteger(where, '--epochs', options.epochs) ?? 20,
      source: { ...(data && { data }), ...(table && { table }), ...(images && { images }) },
      signal: interrupt.signal,
      ...(threads !== undefined && { threads }),
      ...(runsDir !== undefined && { runsDir }),
      onBegin: (name, { index, count }) =>
        process.stderr.write(`\n[${index + 1}/${count}] ${name}\n`),
    });
    for (const { name, error } of ranked) {
      if (error === undefined) continue;
      const { text } = failureOf(error);
      process.stderr.write(`${name} failed: ${text.replace(/^(internal )?error: /, '')}\n`);
    }
    const facts = ranked.map(({ name, accuracy, seconds }) => ({ name, accuracy, seconds }));
    process.stdout.write(json ? `${JSON.stringify(facts)}\n` : told(ranked));
    if (interrupt.signal().aborted) {
      const count = `${ranked.length} of ${candidates.length} candidates`;
      process.stderr.write(`Stopped after ${count}; the same command goes on.\n`);
      return interrupt.exitCode();
    }
    return ranked.some(({ error }) => error !== undefined) ? exitCodes.data : exitCodes.done;
  } finally {
    interrupt.release();
  }
}

/** A file with settings, or a program: a module without a default export. */
async function candidateOf(file: string): Promise<Candidate> {
  const name = basename(file, extname(file)).replace(/[^\w.-]+/g, '-');
  const isModule = ['.ts', '.mts', '.js', '.mjs'].includes(extname(file).toLowerCase());
  // Importing a recipe would run it: whether it exports anything is read from its text.
  if (isModule && !/^export default\b/m.test(readFileSync(file, 'utf8'))) {
    return { name, recipe: file };
  }
  const { content, name: given = name } = await readExperimentFile(file);
  if (isGroup(content)) {
    throw new OptionError(`${where}: expected one experiment a file, got a group in ${file}.`);
  }
  return { name: given, settings: { ...content } };
}

function told(ranked: readonly Ranked[]): string {
  const right = (head: string) => ({ head, align: 'right' as const });
  const columns = [
    right('rank'),
    { head: 'candidate', align: 'left' as const },
    ...['val acc', 'time'].map(right),
  ];
  const rows = ranked.map(({ name, accuracy, seconds }, index) => [
    accuracy === undefined ? '-' : String(index + 1),
    name,
    accuracy === undefined ? 'failed' : `${percent(accuracy)}%`,
    seconds === undefined ? '-' : span(seconds),
  ]);
  return `\n${textTable(columns, rows)}`;
}
