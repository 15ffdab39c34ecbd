import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { cudaIsAvailable } from '@ocelli/torch';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { assemble } from '../src/train/assembly/assemble.ts';
import { loadCheckpoint, newestCheckpoint } from '../src/train/checkpoints/checkpoint.ts';
import { runFolderAt } from '../src/train/runFolder/runFolder.ts';
import { sha256Of } from '../src/train/runFolder/sha256Of.ts';
import { lockRun } from '../src/train/runFolder/runLock.ts';
import { readRunRecord } from '../src/train/record/runRecord.ts';
import { loadWeights } from '../src/train/checkpoints/weights.ts';
import { type Outcome, patience, runCommand, startCommand } from './commandLine.ts';
import { drawPictures } from './drawnPictures.ts';

// What the command answers, writes and leaves behind; where it is about the process itself, in one of its own.

let folder: string;
let run: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'ocelli-cli-'));
  await drawPictures(join(folder, 'pictures'), { train: 4, test: 2 });
  const trained = await command('train', ...trainWords, '--run-name', 'whole');
  run = join('runs', 'whole', '1');
  expect(trained).toMatchObject({ exitCode: 0 });
}, patience);
afterAll(() => rmSync(folder, { recursive: true }));

/** 12 pictures in batches of 5: three steps an epoch, the last one of two pictures; a network soon saved. */
const short = ['--data', 'pictures', '--epochs', '2', '--batch-size', '5', '--threads', '1'];
const trainWords = [...short, '--model', 'resnet20', '--no-report'];

const start = (...words: string[]) => startCommand(folder, words);
const command = (...words: string[]): Promise<Outcome> => runCommand(folder, words);

/** A run's last weights, to be compared bit for bit. */
function weightsAt(path: string): string {
  return sha256Of(join(folder, path, 'weights', 'last.safetensors'));
}

test(
  'a shell sees one clear sentence and the exit code',
  async () => {
    const outcome = await start('train', '--epohcs', '3').outcome;
    const err = 'error: unknown option --epohcs. Did you mean --epochs?\n';
    expect(outcome).toEqual({ exitCode: 2, out: '', err });
  },
  patience,
);

const refused: [string[], number, string][] = [
  [['trian'], 2, 'error: unknown command trian. Did you mean train?\n'],
  [['train', '--epohcs', '3'], 2, 'error: unknown option --epohcs. Did you mean --epochs?\n'],
  [
    ['train', '--epochs', 'many'],
    2,
    'error: ocelli train: expected --epochs to be a positive integer, got "many".\n',
  ],
  [
    ['train', '--model', 'davidnett', '--lr', '-1'],
    2,
    'error: ocelli train: expected --model to be a model that `ocelli summary` lists, got "davidnett". Did you mean "davidnet"?\n' +
      'ocelli train: expected --lr to be a number of at least 0, got -1.\n',
  ],
  [
    ['train', '--progress', 'lines'],
    2,
    'error: ocelli train: expected --progress to be one of bar, nested, line, silent, got "lines". Did you mean "line"?\n',
  ],
  [
    ['train', '--resume', 'nowhere'],
    4,
    'error: nowhere: expected a run folder with an experiment.json, found none. Pass a folder such as runs/<name>/1.\n',
  ],
  [
    ['train', '--resume', 'runs/whole', '--lr', '1'],
    2,
    "error: ocelli train: expected no --lr with --resume, which keeps the run's own settings.\n",
  ],
  [
    ['train', '--resume', 'runs/whole', '--runs-dir', 'elsewhere'],
    2,
    "error: ocelli train: expected no --runs-dir with --resume, which keeps the run's own settings.\n",
  ],
  [
    ['train', '--data', 'pictures', '--run-name', '../up'],
    2,
    'error: run name: expected letters, digits, dots, dashes and underscores, got "../up".\n',
  ],
  [
    ['train', '--data', 'pictures', '--device', 'cuda:9'],
    9,
    'error: ocelli train: expected device to be one that libtorch has (',
  ],
  [
    ['evaluate', 'runs/whole', '--device', 'cuda:9'],
    9,
    'error: ocelli evaluate: expected device to be one that libtorch has (',
  ],
  [
    ['evaluate', 'runs/whole', '--weights', 'worst'],
    2,
    'error: ocelli evaluate: expected --weights to be one of best, last, got "worst".\n',
  ],
  [
    ['explain', 'x.png', '--mean', '1,2,3'],
    2,
    'error: ocelli explain: expected no --mean without --model.\n',
  ],
  [
    ['predict', '--run', 'runs/whole'],
    2,
    'error: missing required argument picture. Add --help to see what there is.\n',
  ],
];

test.each(refused)(
  'ocelli %j ends with %i and one clear sentence',
  async (words, exitCode, text) => {
    const outcome = await command(...words);
    expect(outcome.err.slice(0, text.length)).toBe(text);
    expect(outcome.err).not.toMatch(/^ {4}at /m); // no stack traces
    expect(outcome).toMatchObject({ exitCode, out: '' });
  },
  patience,
);

test(
  'help names every command, and the help of train every default',
  async () => {
    const all = await command('--help');
    const train = await command('train', '--help');
    for (const name of ['train', 'evaluate', 'predict', 'doctor']) expect(all.out).toContain(name);
    const help = train.out.replace(/\s+/g, ' ');
    expect(help).toContain('--epochs <number> passes over the training pictures (default: 20)');
    expect(help).toContain('--momentum <number> share of the last update that carries over');
    expect(help).toContain('(default: sgd 0.4, adam 0.001, adamw 0.001; of a table, sgd 0.05)');
    expect([all.exitCode, train.exitCode]).toEqual([0, 0]);
  },
  patience,
);

test('a run folder holds settings, events, results, labels, environment, weights and checkpoints', () => {
  const names = [
    'experiment.json',
    'events.jsonl',
    'results.csv',
    'labels.json',
    'environment.json',
    'learning-rates.csv',
  ];
  const weights = ['weights/best.safetensors', 'weights/last.safetensors', 'weights/manifest.json'];
  for (const name of [...names, ...weights]) {
    expect(existsSync(join(folder, run, name)), name).toBe(true);
  }
  const checkpoints = readdirSync(join(folder, run, 'checkpoints'));
  const steps = checkpoints.map((name) => name.split('-epoch-')[0]);
  expect(steps.toSorted()).toEqual(['step-3', 'step-6']);
  const rates = readFileSync(join(folder, run, 'learning-rates.csv'), 'utf8')
    .trimEnd()
    .split('\n');
  expect(rates.map((line) => line.split(',')[0])).toEqual(['step', '1', '2', '3', '4', '5', '6']);
  const record = JSON.parse(readFileSync(join(folder, run, 'experiment.json'), 'utf8')) as {
    experiment: object;
    pictures: object;
  };
  expect(record.experiment).toMatchObject({ epochs: 2, batchSize: 5, threads: 1, lr: 0.4 });
  expect(record.pictures).toMatchObject({
    labelNames: { classes: ['blue', 'green', 'red'] },
    height: 16,
  });
  expect(readFileSync(join(folder, run, 'results.csv'), 'utf8').split('\n').length).toBe(4);
  const machine: unknown = JSON.parse(readFileSync(join(folder, run, 'environment.json'), 'utf8'));
  const gpu = cudaIsAvailable() ? expect.stringMatching(/, CUDA \d/) : 'none';
  expect(machine).toMatchObject({ threads: 1, device: 'cpu', gpu });
});

test(
  'evaluate repeats the accuracy that training measured, on all pictures of the test part',
  async () => {
    const words = ['evaluate', run, '--weights', 'last', '--json'];
    const { out, exitCode } = await command(...words, '--batch-size', '4');
    const rows = readFileSync(join(folder, run, 'results.csv'), 'utf8')
      .trim()
      .split('\n');
    const [, , , , , , loss, accuracy, count] = (rows.at(-1) ?? '').split(',').map(Number);
    const scores = JSON.parse(out) as { loss: number };
    expect(scores).toMatchObject({ split: 'test', accuracy, count, epoch: 2 });
    expect(scores.loss).toBeCloseTo(loss ?? NaN, 4);
    expect(exitCode).toBe(0);
  },
  patience,
);

test(
  'evaluate on other data prints the test line; other classes are refused',
  async () => {
    await drawPictures(join(folder, 'others'), { train: 1, test: 3, side: 20 });
    const { out } = await command('evaluate', 'runs/whole', '--data', 'others');
    expect(out).toMatch(/^Test set: Average loss: \d+\.\d{4}, Accuracy: \d\/9 \(\d+\.\d\d%\)\n/);
    mkdirSync(join(folder, 'others', 'train', 'violet'));
    writeFileSync(
      join(folder, 'others', 'train', 'violet', '0.png'),
      readFileSync(join(folder, 'others', 'train', 'red', '0.png')),
    );
    const refusal = await command('evaluate', 'runs/whole', '--data', 'others');
    expect(refusal.exitCode).toBe(4);
    expect(refusal.err).toContain(
      'others: expected the classes of the run (blue, green, red), got blue, green, red, violet.',
    );
  },
  patience,
);

test(
  'predict gives probabilities that sum to 1, and goes on past a file that is no picture',
  async () => {
    writeFileSync(join(folder, 'text.png'), 'hello');
    const words = ['pictures/test/red/0.png', 'text.png', 'pictures/test/blue/1.png'];
    const { out, err, exitCode } = await command('predict', ...words, '--run', run, '--json');
    const answers = JSON.parse(out) as {
      picture: string;
      labels: { label: string; probability: number }[];
    }[];
    expect(answers.map(({ picture }) => picture)).toEqual([words[0], words[2]]);
    for (const { labels } of answers) {
      expect(labels.map(({ label }) => label).toSorted()).toEqual(['blue', 'green', 'red']);
      expect(labels.reduce((sum, { probability }) => sum + probability, 0)).toBeCloseTo(1, 5);
      expect(labels).toEqual(labels.toSorted((a, b) => b.probability - a.probability));
    }
    expect(err).toMatch(/^error: text\.png: expected a JPEG, PNG, WebP or GIF picture, got .+\n$/);
    expect(exitCode).toBe(4);
  },
  patience,
);

test(
  'predict prints a table of the top labels, without --run by the run trained last',
  async () => {
    const { out, err } = await command('predict', 'pictures/test/red/0.png', '--top', '2');
    expect(err).toMatch(/^by runs\/[\w-]+\/\d+, trained last; --run chooses another\n$/);
    const lines = out.trimEnd().split('\n');
    expect(lines.length).toBe(3);
    expect(lines[0]).toMatch(/^picture +label +probability$/);
    expect(lines[1]).toMatch(/^pictures\/test\/red\/0\.png {2}(blue|green|red) +\d+\.\d\d %$/);
    expect(lines[2]).toMatch(/^ +(blue|green|red) +\d+\.\d\d %$/);
  },
  patience,
);

test(
  'damaged weights are refused with exit code 10',
  async () => {
    const copy = await command('train', ...trainWords, '--epochs', '1', '--run-name', 'damaged');
    expect(copy.exitCode).toBe(0);
    truncateSync(join(folder, 'runs/damaged/1/weights/best.safetensors'), 1000);
    const { exitCode, err } = await command('evaluate', 'runs/damaged/1');
    expect(exitCode).toBe(10);
    expect(err).toContain('expected the weights that were saved, got others');
  },
  patience,
);

test(
  'Ctrl-C finishes the step, saves, answers 130; going on ends bit for bit like one run',
  async () => {
    const { child, outcome } = start('train', ...trainWords, '--run-name', 'stopped');
    await untilSteps(join(folder, 'runs/stopped/1/events.jsonl'), 1);
    child.kill('SIGINT');
    const stopped = await outcome;
    expect(stopped.exitCode).toBe(130);
    expect(stopped.err).toContain('Finishing the step in work, then saving.');
    expect(stopped.err).toContain('Go on with: npx ocelli train --resume runs/stopped/1\n');
    const resumed = await command('train', '--resume', 'runs/stopped/1');
    expect(resumed).toMatchObject({ exitCode: 0 });
    expect(resumed.out).toContain('going on after step');
    expect(weightsAt('runs/stopped/1')).toEqual(weightsAt(run));
  },
  patience,
);

async function untilSteps(events: string, steps: number): Promise<void> {
  for (;;) {
    const text = existsSync(events) ? readFileSync(events, 'utf8') : '';
    if (text.split('"stepEnded"').length > steps) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

test(
  'SIGTERM answers 143',
  async () => {
    const { child, outcome } = start('train', ...trainWords, '--run-name', 'ended');
    await untilSteps(join(folder, 'runs/ended/1/events.jsonl'), 1);
    child.kill('SIGTERM');
    expect((await outcome).exitCode).toBe(143);
  },
  patience,
);

test(
  'a run that is complete is left as it is',
  async () => {
    const before = weightsAt(run);
    const { exitCode, out } = await command('train', '--resume', run);
    expect(exitCode).toBe(0);
    expect(out).not.toContain('Epoch:');
    expect(out).toMatch(/; already completed after epoch \d+\n/);
    expect(weightsAt(run)).toEqual(before);
  },
  patience,
);

test(
  'a run in use by another process is refused with exit code 3',
  async () => {
    const lock = await lockRun(join(folder, run));
    try {
      const { exitCode, err } = await start('train', '--resume', run).outcome;
      expect(exitCode).toBe(3);
      expect(err).toContain(`is in use by process ${process.pid} on `);
    } finally {
      await lock.release();
    }
  },
  patience,
);

test(
  'a loss that is not finite ends with 6, names step, rate and files, and keeps the good weights',
  async () => {
    // One step an epoch; the first has rate 0, the second ruins the weights, the third shows it.
    const steps = ['--epochs', '8', '--batch-size', '12', '--lr', '1e30'];
    const words = [...trainWords, ...steps, '--model', 'davidnet', '--run-name', 'burst'];
    const { exitCode, err } = await command('train', ...words);
    expect(exitCode).toBe(6);
    const files = String.raw`(train/(blue|green|red)/\d\.png(, )?)+`;
    expect(err).toMatch(
      new RegExp(
        `^error: step 3: expected the loss to be finite, got .+ \\(lr 1e\\+30, batch of 12: ${files}`,
        'm',
      ),
    );
    expect(err).not.toMatch(/^ {4}at /m);
    const kept = runFolderAt(join(folder, 'runs/burst/1'));
    const { experiment } = readRunRecord(kept);
    const state = assemble(experiment, {
      heads: [{ classes: ['a', 'b', 'c'], counts: [1, 1, 1] }],
      stepsPerEpoch: 1,
      batchSize: 12,
    });
    const { path } = newestCheckpoint(kept.checkpoints, () => {});
    expect(loadCheckpoint(path, state).step).toBe(2);
    expect(loadWeights(kept.weights, 'last', state.model)).toEqual({ epoch: 2, step: 2 });
    for (const [name, tensor] of state.model.stateDict()) {
      expect(Array.from(tensor.toTypedArray(), Number).every(Number.isFinite), name).toBe(true);
    }
  },
  patience,
);

test(
  'settings come from a JSON file, and the command line overrides it',
  async () => {
    const file = join(folder, 'experiment.json');
    writeFileSync(file, JSON.stringify({ data: 'pictures', epochs: 9, batchSize: 12, seed: 4 }));
    const { exitCode, out } = await command(
      'train',
      'experiment.json',
      '--epochs',
      '1',
      '--progress',
      'line',
    );
    expect(exitCode).toBe(0);
    expect(out).toMatch(/^epoch: 1\/1 {2}lr: 0\.0000 {2}train loss: /m);
    const stored = readFileSync(join(folder, 'runs/pictures-davidnet/1/experiment.json'), 'utf8');
    expect(JSON.parse(stored)).toMatchObject({ experiment: { epochs: 1, batchSize: 12, seed: 4 } });
    writeFileSync(file, '{ "epoch": 3 }');
    const refusal = await command('train', 'experiment.json');
    expect(refusal.err).toBe(
      'error: experiment.json: unknown setting epoch. Did you mean "epochs"?\n',
    );
    expect(refusal.exitCode).toBe(2);
  },
  patience,
);
