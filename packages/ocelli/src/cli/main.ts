import { Command } from 'commander';
import { command, type Done } from './command.ts';
import { addDataCommands } from './dataCommands.ts';
import { examplesText } from './examples.ts';
import { exitCodes } from './exitCodes.ts';
import { failureOf } from './failure.ts';
import { helpLayout } from './helpLayout.ts';
import { version } from '../train/runFolder/version.ts';

// Commands import what they need when they run, so that help and mistakes are answered at once.

/**
 * Runs one command line.
 *
 * @param words what follows `ocelli`.
 * @returns the exit code; everything else was written to the standard streams.
 */
export async function main(words: readonly string[]): Promise<number> {
  let exitCode: number = exitCodes.done;
  const done = (code: number): void => void (exitCode = code);
  try {
    const program = await createProgram(words, done);
    await program.parseAsync(words.length === 0 ? ['--help'] : words, { from: 'user' });
    return exitCode;
  } catch (error) {
    const failure = failureOf(error);
    if (failure.text !== '') process.stderr.write(`${failure.text}\n`);
    return failure.exitCode;
  }
}

async function createProgram(words: readonly string[], done: (code: number) => void) {
  const program = new Command('ocelli')
    .description('Train and explain image classifiers from scratch.')
    .version(version(), '-V, --version')
    .exitOverride()
    .configureOutput({ outputError: () => {} }) // `main` words errors itself
    .configureHelp(helpLayout(process.stdout.columns))
    .addHelpText('after', examplesText('ocelli'))
    .helpCommand(false)
    .showSuggestionAfterError();
  program.commandsGroup('Train and ask:');
  await addTrain(program, words, done);
  addEvaluate(program, done);
  addPredict(program, done);
  addExplain(program, done);
  addReport(program, done);
  program.commandsGroup('Look at data:');
  await addDataCommands(program, words, done);
  program.commandsGroup('Choose settings:');
  addSummary(program, done);
  addAugment(program, done);
  addSchedule(program, done);
  await addFindLr(program, words, done);
  addShortlist(program, done);
  program.commandsGroup('Compare and repeat:');
  addCompare(program, done);
  await addAblate(program, words, done);
  addRerun(program, done);
  program.commandsGroup('This machine:');
  addDoctor(program, done);
  return program;
}

const viewsOption = [
  '--views <one|mirror>',
  "one view of a picture, or the mean with its mirror image, for two passes (default: the run's own)",
] as const;

async function addTrain(program: Command, words: readonly string[], done: Done): Promise<void> {
  const train = command(program, 'train [experiment]')
    .description(
      'train a model, or a group of them; [experiment] is a file of settings: .json, .ts or .js',
    )
    .option(
      '--resume [run]',
      'go on with a run, or from a checkpoint in its folder, with its own settings (default: the last run)',
    )
    .option(
      '--restart <run>',
      'begin a run anew in its folder, with its own settings; weights are removed',
    )
    .option('--more-epochs <number>', 'with --resume: go on for more epochs than it was to have')
    .option('--run-name <name>', 'name of the run (default: data set and model)')
    .option('--runs-dir <folder>', 'folder in which runs are kept (default: runs)')
    .option('--progress <bar|nested|line|silent>', 'what is shown while it works', 'bar')
    .option('--repeat <number>', 'run so often, with seeds that count up')
    .option('--target <accuracy>', 'with --repeat or a group: say which reached it, and when')
    .option('--no-report', 'draw no report and no pictures of the run');
  if (words.includes('train')) {
    const { addSettingOptions } = await import('./settingOptions.ts');
    addSettingOptions(train);
  }
  train.action(async (file: string | undefined, options) => {
    const { runTrain } = await import('./train.ts');
    done(await runTrain(file, options));
  });
}

function addEvaluate(program: Command, done: Done): void {
  command(program, 'evaluate <run>')
    .description('measure a trained model on pictures with known labels')
    .option('--data <path>', "pictures, as for train (default: the run's own)")
    .option('--table <file>', 'a table with labels, for a run of attributes')
    .option('--images <folder>', "folder that the table's paths start from (default: its own)")
    .option(
      '--part <train|validation|test>',
      'part of the pictures (default: what the run validated on; of --data its test part)',
    )
    .option('--weights <best|last>', 'which weights of the run', 'best')
    .option(...viewsOption)
    .option('--batch-size <number>', "pictures per step (default: the run's own)")
    .option('--device <name>', "cpu, cuda or cuda:<n> (default: the run's own)")
    .option('--json', 'print one line of JSON')
    .action(async (run: string, options) => {
      const { runEvaluate } = await import('./evaluate.ts');
      done(await runEvaluate(run, options));
    });
}

function addPredict(program: Command, done: Done): void {
  command(program, 'predict <picture...>')
    .description('say what is on pictures: files, folders, or patterns in quotes')
    .option('--run <run>', 'run folder, or name of published weights (default: trained last)')
    .option('--weights <best|last>', 'which weights of the run', 'best')
    .option(...viewsOption)
    .option('--top <number>', 'labels to show per picture, where it has one (default: 5)')
    .option('--format <table|json|jsonl|csv>', 'how to print the answers (default: table)')
    .option(
      '--min-precision <share>',
      'answer "unsure" where fewer answers than this would be right',
    )
    .option('--device <name>', "cpu, cuda or cuda:<n> (default: the run's own)")
    .option('--json', 'short for --format json')
    .action(async (pictures: string[], options) => {
      const { runPredict } = await import('./predict.ts');
      done(await runPredict(pictures, options));
    });
}

function addSummary(program: Command, done: Done): void {
  command(program, 'summary [models...]')
    .description(
      'what a model consists of and costs; several side by side; without [models], their names',
    )
    .option('--input <CxHxW>', 'channels, height and width of a picture (default: 3x224x224)')
    .option('--classes <number>', 'classes, for one label a picture (default: 10)')
    .option(
      '--heads <name=classes,...>',
      'attributes with their classes (default, for a person system: the eight of a person)',
    )
    .option(
      '--diagram <file>',
      'also draw it: .svg or .png with blocks folded, .html to zoom and open',
    )
    .option('--batch <number>', 'pictures of a training step (default: 32)')
    .option('--trial <pictures>', 'try ten steps: how long an epoch of so many pictures takes here')
    .option('--json', 'print JSON')
    .action(async (models: string[], options) => {
      const { runSummary } = await import('./summary.ts');
      done(await runSummary(models, options));
    });
}

function addExplain(program: Command, done: Done): void {
  command(program, 'explain [picture...]')
    .description('draw where all heads of a model look: files, folders, or patterns in quotes')
    .option('--run <run>', 'run folder, or name of published weights (default: trained last)')
    .option('--model <name>', 'or a network of the catalog, with --weights and --classes')
    .option(
      '--weights <best|last|file>',
      'which weights of the run (default: best); with --model, a safetensors file',
    )
    .option('--classes <file|list>', 'with --model: names of the classes, one a line or a,b,c')
    .option('--image-size <pixels>', 'with --model: side of a picture (default: 224)')
    .option('--mean <r,g,b>', "with --model: mean colour, 0 to 255 (default: ImageNet's)")
    .option('--std <r,g,b>', "with --model: deviation, 0 to 255 (default: ImageNet's)")
    .option('--out <file>', 'what is written, .png or .html', 'explanation.png')
    .option('--head <name...>', 'attributes to explain (default: all)')
    .option('--class <label>', 'class to explain (default: the most likely one)')
    .option('--layer <path>', 'layer to look at (default: the last feature map all heads share)')
    .option('--method <name>', 'how maps are made (default: grad-cam)')
    .option('--colours <even|jet>', 'colours of the map (default: even)')
    .option('--opacity <share>', 'how much of the colours (default: 0.6)')
    .option('--faithfulness', 'measure each map by taking its pixels away: 34 more passes a head')
    .option(
      '--misclassified <number>',
      'draw so many wrong answers of each head on validation pictures instead, the surest first',
    )
    .option('--activations <path>', 'draw what every channel of this layer gives instead, 16 a row')
    .option('--filters', 'draw the filters of the first convolution instead')
    .option('--device <name>', "cpu, cuda or cuda:<n> (default: the run's own, or cpu)")
    .action(async (pictures: string[], options) => {
      const { runExplain } = await import('./explain.ts');
      done(await runExplain(pictures, options));
    });
}

function addCompare(program: Command, done: Done): void {
  command(program, 'compare <run...>')
    .description('set runs side by side: figures, time, and the settings in which they differ')
    .option(
      '--target <accuracy>',
      'also say which runs reached it, from 0 to 1, and after how long',
    )
    .option('--out <file>', 'also draw their curves into one picture, .png or .svg')
    .option('--json', 'print JSON')
    .action(async (runs: string[], options) => {
      const { runCompare } = await import('./compare.ts');
      done(await runCompare(runs, options));
    });
}

function addRerun(program: Command, done: Done): void {
  command(program, 'rerun <run>')
    .description('repeat a run from its record and say which numbers came out again')
    .option('--epochs <number>', 'repeat only so many, from the first (default: all on record)')
    .option('--runs-dir <folder>', 'folder to keep the repetition in (default: that of the run)')
    .option('--progress <bar|nested|line|silent>', 'what is shown while it works', 'line')
    .option('--json', 'print every number as JSON')
    .action(async (run: string, options) => {
      const { runRerun } = await import('./rerun.ts');
      done(await runRerun(run, options));
    });
}

function addShortlist(program: Command, done: Done): void {
  command(program, 'shortlist <candidate...>')
    .description(
      'train candidates on the same few pictures and rank them; a candidate is a file of settings or a recipe',
    )
    .option('--pictures <number>', 'how many pictures, 15 % of them held back', '500')
    .option('--epochs <number>', 'passes over them', '20')
    .option('--seed <number>', 'of the choice, the split, the weights and the order', '0')
    .option('--data <path>', "pictures to choose from (default: the first candidate's)")
    .option('--table <file>', 'table to choose from')
    .option('--images <folder>', "folder that the table's paths start from (default: its own)")
    .option('--threads <number>', 'threads libtorch computes with')
    .option('--runs-dir <folder>', 'folder in which runs are kept (default: runs)')
    .option('--progress <bar|nested|line|silent>', 'what is shown while it works', 'line')
    .option('--json', 'print JSON')
    .action(async (files: string[], options) => {
      const { runShortlist } = await import('./shortlist.ts');
      done(await runShortlist(files, options));
    });
}

async function addAblate(program: Command, words: readonly string[], done: Done): Promise<void> {
  const ablate = command(program, 'ablate [experiment]')
    .description('measure what each transform of an experiment is worth, by training without it')
    .option('--mode <remove|add>', 'leave one out of all, or add one to none', 'remove')
    .option('--repeat <number>', 'run each so often, with seeds that count up', '1')
    .option('--run-name <name>', 'name of the group (default: data set, model and mode)')
    .option('--runs-dir <folder>', 'folder in which runs are kept (default: runs)')
    .option('--progress <bar|nested|line|silent>', 'what is shown while it works', 'line')
    .option('--json', 'print JSON');
  if (words.includes('ablate')) {
    const { addSettingOptions } = await import('./settingOptions.ts');
    addSettingOptions(ablate);
  }
  ablate.action(async (file: string | undefined, options) => {
    const { runAblate } = await import('./ablate.ts');
    done(await runAblate(file, options));
  });
}

function addAugment(program: Command, done: Done): void {
  command(program, 'augment <source>')
    .description('show what transforms do to a picture or to those of a folder')
    .option('--preview <png>', 'write a picture of every transform, before and after')
    .option('--policy <json>', 'file with a list of transforms (default: all there are)')
    .option('--save <folder>', 'write transformed pictures there')
    .option('--count <number>', 'pictures to save of each', '1')
    .option('--size <pixels>', 'side that pictures are brought to first', '96')
    .option('--seed <number>', 'where the random numbers start', '0')
    .action(async (source: string, options) => {
      const { runAugment } = await import('./augment.ts');
      done(await runAugment(source, options));
    });
}

function addReport(program: Command, done: Done): void {
  command(program, 'report <run>')
    .description('draw the report of a run, finished or not: report.html and pictures')
    .option('--evaluate', 'look at the validation pictures with the kept weights first')
    .action(async (run: string, options) => {
      const { runReport } = await import('./report.ts');
      done(await runReport(run, options));
    });
}

function addSchedule(program: Command, done: Done): void {
  command(program, 'schedule <name>')
    .description('show what a learning rate schedule will do; "list" names them all')
    .option('--options <json>', 'its options, in epochs, such as \'{"every": 10}\'')
    .option('--lr <number>', 'the learning rate of the experiment', '0.1')
    .option('--epochs <number>', 'length of the run', '20')
    .option('--steps-per-epoch <number>', 'steps in an epoch', '100')
    .option('--out <file>', 'also draw it, as .png or .svg')
    .action(async (name: string, options) => {
      const { runSchedule } = await import('./schedule.ts');
      done(await runSchedule(name, options));
    });
}

async function addFindLr(program: Command, words: readonly string[], done: Done): Promise<void> {
  const find = command(program, 'find-lr [experiment]')
    .description('try rising learning rates and suggest one; [experiment] is a file of settings')
    .option('--from <number>', 'first learning rate', '1e-6')
    .option('--to <number>', 'last learning rate', '10')
    .option('--steps <number>', 'how many', '100')
    .option('--spacing <exponential|linear>', 'equal ratios or equal differences', 'exponential')
    .option(
      '--validation-batches <number>',
      'also measure so many held-back batches after each step',
    )
    .option('--mark <number>', 'a learning rate to point out in the charts')
    .option('--clip-first <number>', 'points at the beginning that the charts leave out')
    .option('--clip-last <number>', 'points at the end that the charts leave out')
    .option('--out <file>', 'chart to write, .png or .svg; its points go beside it', 'find-lr.png');
  if (words.includes('find-lr')) {
    const { addSettingOptions } = await import('./settingOptions.ts');
    addSettingOptions(find);
  }
  find.action(async (file: string | undefined, options) => {
    const { runFindLr } = await import('./findLr.ts');
    done(await runFindLr(file, options));
  });
}

function addDoctor(program: Command, done: Done): void {
  command(program, 'doctor')
    .description('say what this machine has and what is wrong with it')
    .option('--json', 'print JSON')
    .action(async ({ json = false }: { json?: boolean }) => {
      const { runDoctor } = await import('./doctor.ts');
      done(await runDoctor({ json }));
    });
}
