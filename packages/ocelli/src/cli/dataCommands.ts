import type { Command } from 'commander';
import { command, type Done } from './command.ts';
import { addTableOptions } from './tableOptions.ts';

/** The commands that look at tables and pictures, and those that make some. */
export async function addDataCommands(
  program: Command,
  words: readonly string[],
  done: Done,
): Promise<void> {
  addInspect(program, done);
  await addSuspects(program, words, done);
  addTypes(program, done);
  addDraw(program, done);
}

function addInspect(program: Command, done: Done): void {
  addTableOptions(command(program, 'inspect <source>'))
    .description('say what is in a table of pictures and labels (CSV), or in folders of classes')
    .option('--images <folder>', "folder that the paths start from (default: the table's own)")
    .option('--correct <rule>', 'such as "bodypose = Back => emotion := Neutral"', another, [])
    .option('--query <query>', 'such as "bodypose = Back and emotion != Neutral"', another, [])
    .option('--pictures', 'open every picture too: sizes, copies, damaged, dark and blurred ones')
    .option('--html <file>', 'write a page with everything, pictures included')
    .option('--balance <strength>', 'on the page: classes as training with --balance has them')
    .option('--oversample <rule>', 'on the page: or as this rule leaves them', another, [])
    .option('--grid <png>', 'draw the pictures of the queries, or a sample, with their labels')
    .option(
      '--apply <csv>',
      'write a new table with the labels that a file of corrections proposes',
    )
    .option('--out <file>', 'that table (default: corrected.csv)')
    .option('--json', 'print one line of JSON')
    .action(async (source: string, options) => {
      const { runInspect } = await import('./inspect.ts');
      done(await runInspect(source, options));
    });
}

async function addSuspects(program: Command, words: readonly string[], done: Done): Promise<void> {
  const suspects = command(program, 'suspects [experiment]')
    .description(
      'find labels that are probably wrong, by models that have not seen them; [experiment] as for train',
    )
    .option('--folds <number>', 'parts; each is judged by a model trained on the others', '3')
    .option('--out <file>', 'proposed corrections, for ocelli inspect --apply', 'corrections.csv')
    .option('--html <file>', 'also write a page with their pictures');
  if (words.includes('suspects')) {
    const { addSettingOptions } = await import('./settingOptions.ts');
    addSettingOptions(suspects);
  }
  suspects.action(async (file: string | undefined, options) => {
    const { runSuspects } = await import('./suspects.ts');
    done(await runSuspects(file, options));
  });
}

function addTypes(program: Command, done: Done): void {
  addTableOptions(command(program, 'types <table>'))
    .description('write the attributes of a table as TypeScript')
    .option('--out <file>', 'file to write (default: print)')
    .action(async (table: string, options) => {
      const { runTypes } = await import('./types.ts');
      done(await runTypes(table, options));
    });
}

function addDraw(program: Command, done: Done): void {
  command(program, 'draw <what>')
    .description(
      'draw pictures to try everything on; <what> is persons, with eight attributes and a table of them',
    )
    .requiredOption('--out <folder>', 'new folder for the pictures and labels.csv')
    .option('--count <number>', 'pictures', '2000')
    .option('--size <pixels>', 'side of the square pictures', '112')
    .option('--seed <number>', 'the same seed draws the same persons', '0')
    .option('--wrong <share>', 'labels that are wrong in the table', '0.02')
    .option('--missing <share>', 'labels that are missing in the table', '0.02')
    .action(async (what: string, options) => {
      const { runDraw } = await import('./draw.ts');
      done(await runDraw(what, options));
    });
}

/** An option that may be given several times. */
function another(value: string, before: readonly string[]): readonly string[] {
  return [...before, value];
}
