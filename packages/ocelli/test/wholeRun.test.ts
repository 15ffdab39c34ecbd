import { readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { readEventLog } from '../src/train/record/eventLog.ts';
import { epochsOf } from '../src/train/record/history.ts';
import { type RunFolder, runFolderAt } from '../src/train/runFolder/runFolder.ts';
import { type Outcome, patience, runCommand } from './commandLine.ts';
import { plainPng, temporaryFolder, writeTree } from './dataTree.ts';
import { drawPictures } from './drawnPictures.ts';

// Settings of `ocelli train` that are seen in what a run shows and leaves behind.

const folder = temporaryFolder();
beforeAll(() => drawPictures(join(folder, 'pictures'), { train: 4, test: 2, side: 8 }));

const command = (...words: string[]): Promise<Outcome> => runCommand(folder, words);
const runAt = (name: string): RunFolder => runFolderAt(join(folder, 'runs', name, '1'));
const linesOf = (path: string): string[] => readFileSync(path, 'utf8').trimEnd().split('\n');

/** 12 pictures in batches of 6: two steps an epoch. */
const small = ['--model', 'resnet20', '--batch-size', '6', '--threads', '1', '--progress', 'line'];

/** Trains a run of that name, in which nothing may go wrong. */
async function trained(name: string, ...words: string[]): Promise<{ out: string; run: RunFolder }> {
  const data = ['--data', 'pictures', '--run-name', name];
  const { out, err, exitCode } = await command('train', ...data, ...small, ...words);
  expect({ exitCode, err: err.replace(/^decoding.*\n/gm, '') }).toEqual({ exitCode: 0, err: '' });
  return { out, run: runAt(name) };
}

describe('a figure of the validation that goes 0.1, 0.5, 0.4, 0.6, 0.3, 0.2', () => {
  const values = [0.1, 0.5, 0.4, 0.6, 0.3, 0.2];
  let out: string;
  let run: RunFolder;

  beforeAll(async () => {
    const metric = `{ name: 'luck', compute: () => [${values.join()}][next++] ?? null }`;
    writeFileSync(join(folder, 'luck.mjs'), `let next = 0;\nexport default [${metric}];\n`);
    const plateau = { monitor: 'luck', patience: 0, factor: 0.5 };
    const watching = ['--metrics', 'luck.mjs', '--best', 'luck', '--patience', '2'];
    const rates = ['--lr', '0.25', '--schedule', 'reduceOnPlateau'];
    const options = ['--schedule-options', JSON.stringify(plateau)];
    const kept = ['--keep-checkpoints', '1', '--keep-best', '2', '--epochs', '9', '--no-report'];
    ({ out, run } = await trained('watched', ...watching, ...rates, ...options, ...kept));
  }, patience);

  test('halves the rate after the epochs without improvement, which every step has on record', () => {
    // Epochs 3 and 5 are worse than the best before them.
    const rates = [0.25, 0.25, 0.25, 0.125, 0.125, 0.0625].flatMap((lr) => [lr, lr]);
    const lines = rates.map((lr, index) => `${index + 1},${Math.ceil((index + 1) / 2)},${lr}`);
    expect(linesOf(run.rates)).toEqual(['step,epoch,lr', ...lines]);
  });

  test('ends the run two epochs after its best', () => {
    expect(epochsOf(readEventLog(run.events)).map(({ epoch }) => epoch)).toEqual([
      1, 2, 3, 4, 5, 6,
    ]);
    expect(out).toContain('stopping: luck did not improve in 2 epochs after epoch 4\n');
    expect(out).toMatch(/^best epoch: 4\/9, val luck: 0\.6000, /m);
  });

  test('chooses the checkpoints and the weights that are kept', async () => {
    expect(readdirSync(run.checkpoints).toSorted()).toEqual([
      'step-12-epoch-6-luck-0.2000',
      'step-4-epoch-2-luck-0.5000',
      'step-8-epoch-4-luck-0.6000',
    ]);
    const measured = await command('evaluate', 'runs/watched', '--json');
    expect(JSON.parse(measured.out)).toMatchObject({ epoch: 4 });
  });

  test('is of pictures that the banner names, with the shapes of a batch', () => {
    const ends = 'test: test/blue/0.png to test/red/1.png';
    expect(out).toContain(`${ends}; a batch is (6, 3, 8, 8), its labels (6)\n`);
  });

  test('is told on the screen and in the text log', () => {
    const told = [
      'reduced: learning rate 0.25 → 0.125, since val luck 0.4000 did not get better than 0.5000',
      'reduced: learning rate 0.125 → 0.0625, since val luck 0.3000 did not get better than 0.6000',
    ];
    for (const text of [out, readFileSync(run.log, 'utf8')]) {
      for (const line of told) expect(text).toContain(`${line}\n`);
    }
  });
});

test(
  'warm restarts: the rate falls in a line and begins again every epoch',
  async () => {
    const restarts = JSON.stringify({ every: 1, anneal: 'linear' });
    const rates = ['--lr', '0.5', '--schedule', 'restarts', '--schedule-options', restarts];
    const { run } = await trained('restarted', ...rates, '--epochs', '2', '--no-report');
    const lines = ['1,1,0.5', '2,1,0.25', '3,2,0.5', '4,2,0.25'];
    expect(linesOf(run.rates)).toEqual(['step,epoch,lr', ...lines]);
  },
  patience,
);

describe('with a learning rate of 0', () => {
  const still = ['--schedule', 'constant', '--lr', '0', '--epochs', '1', '--no-report'];

  /** The figures of the only epoch, by the names of their columns. */
  async function figuresOf(name: string, ...words: string[]): Promise<Record<string, string>> {
    const { run } = await trained(name, ...still, ...words);
    const [header = [], row = []] = linesOf(run.results).map((line) => line.split(','));
    return Object.fromEntries(header.map((column, index) => [column, row[index] ?? '']));
  }

  test(
    'smoothed labels change what training costs, and nothing about the validation',
    async () => {
      const plain = await figuresOf('plain');
      const smooth = await figuresOf('smooth', '--label-smoothing', '0.3');
      expect(smooth['train_loss']).not.toBe(plain['train_loss']);
      expect({ ...smooth, train_loss: 0, seconds: 0 }).toEqual({
        ...plain,
        train_loss: 0,
        seconds: 0,
      });
    },
    patience,
  );

  test.each(['mixup', 'cutmix'])(
    '%s changes what is trained on, which the record counts',
    async (transform) => {
      // Twelve pictures in one batch; shares come from Beta(1, 1), and none is exactly 1.
      const words = ['--augmentation', JSON.stringify([{ [transform]: { alpha: 1 } }])];
      const mixed = await figuresOf(transform, ...words, '--batch-size', '12');
      const bare = ['--no-flip', '--pad', '0', '--batch-size', '12'];
      const plain = await figuresOf(`no-${transform}`, ...bare);
      expect(mixed['train_loss']).not.toBe(plain['train_loss']);
      const [epoch] = epochsOf(readEventLog(runAt(transform).events));
      const { seen, changed = 0 } = epoch?.transforms?.[transform] ?? {};
      expect(seen).toBe(12);
      expect(changed).toBeGreaterThan(6);
    },
    patience,
  );
});

test(
  'constants of other pictures are warned about on the screen and in the text log',
  async () => {
    const names = ['train/a', 'train/b', 'test/a', 'test/b'];
    const bright = names.map(async (name, index) => {
      const picture = await plainPng({ r: 255 - index, g: 250, b: 250 }, { width: 8, height: 8 });
      return [`${name}/0.png`, picture] as const;
    });
    writeTree(join(folder, 'bright'), Object.fromEntries(await Promise.all(bright)));
    const words = ['--data', 'bright', '--constants', 'persons', '--run-name', 'bright'];
    const trial = ['--fast-dev-run', '--no-report'];
    const { exitCode, err } = await command('train', ...words, ...small, ...trial);
    expect(exitCode).toBe(0);
    const warning = err.replace(/^decoding.*\n/gm, '');
    expect(warning).toMatch(
      /^warning: first pictures, normalized: .*; expected about 0 and 1\. .*\n$/,
    );
    expect(readFileSync(runAt('bright').log, 'utf8')).toContain(warning);
  },
  patience,
);

test(
  'an average that keeps nearly all of what it was is measured and saved, however far the weights go',
  async () => {
    const losses = async (name: string, ...words: string[]) => {
      const { run } = await trained(name, '--epochs', '2', '--no-report', ...words);
      return epochsOf(readEventLog(run.events)).map(({ validation }) => validation?.loss ?? NaN);
    };
    const average = ['--ema-decay', '0.9999999'];
    const resting = await losses('resting', '--lr', '0', '--schedule', 'constant', ...average);
    const averaged = await losses('averaged', '--lr', '0.5', ...average);
    const moving = await losses('moving', '--lr', '0.5');
    for (const [index, loss] of averaged.entries()) {
      expect(loss).toBeCloseTo(resting[index] ?? NaN, 3);
    }
    expect(Math.abs((moving[1] ?? 0) - (resting[1] ?? 0))).toBeGreaterThan(0.01);
    const again = await command('evaluate', 'runs/averaged', '--weights', 'last', '--json');
    expect((JSON.parse(again.out) as { loss: number }).loss).toBeCloseTo(averaged[1] ?? NaN, 4);
  },
  patience,
);

describe('--tensorboard', () => {
  /** How often a text is in the only file that TensorBoard would read. */
  function countOf(text: string): number {
    const [name = '', ...others] = readdirSync(runAt('board').tensorboard);
    expect(others).toEqual([]);
    const content = readFileSync(join(runAt('board').tensorboard, name), 'latin1');
    return content.split(text).length - 1;
  }

  beforeAll(() => trained('board', '--epochs', '2', '--tensorboard'), patience);

  test('writes rates, scores, the graph and the pictures of the report', () => {
    expect(countOf('loss/validation')).toBe(2);
    expect(countOf('accuracy/training')).toBe(2);
    expect(countOf('learning rate')).toBeGreaterThan(0);
    expect(countOf('Conv2d')).toBeGreaterThan(19); // resnet20
    const drawn = readdirSync(runAt('board').pictures).filter((name) => name.endsWith('.png'));
    expect(countOf('\x89PNG')).toBe(drawn.length);
  });

  test(
    'begun anew, the run is there once',
    async () => {
      expect((await command('train', '--restart', 'runs/board/1', '--no-report')).exitCode).toBe(0);
      expect(countOf('loss/validation')).toBe(2);
    },
    patience,
  );

  test(
    'where its files cannot be written the run goes on: a warning on the screen, on record and in the report',
    async () => {
      const run = runAt('board');
      renameSync(run.tensorboard, join(folder, 'moved'));
      writeFileSync(run.tensorboard, 'a file where a folder should be');
      const words = ['--resume', 'runs/board/1', '--more-epochs', '1', '--progress', 'line'];
      const { exitCode, err } = await command('train', ...words);
      rmSync(run.tensorboard);
      expect(exitCode).toBe(0);
      const [line = '', ...rest] = err.split('\n');
      expect(line).toMatch(/^warning: tensorBoard failed on runStarted: EEXIST/);
      expect(rest).toEqual(['']);
      expect(linesOf(run.log)).toContain(line);
      const events = readEventLog(run.events);
      expect(events.filter(({ type }) => type === 'warning')).toHaveLength(1);
      expect(epochsOf(events)).toHaveLength(3);
      const [, warnings = ''] = readFileSync(run.report, 'utf8').split('<h2 id="warnings">');
      expect(warnings).toContain('tensorBoard failed on runStarted');
    },
    patience,
  );
});

describe('where every label of the validation is another', () => {
  const classes = ['blue', 'green', 'red'];
  const files = classes.flatMap((name) => [0, 1].map((index) => `test/${name}/${index}.png`));
  let page: string;

  beforeAll(async () => {
    await drawPictures(join(folder, 'turned'), { train: 4, test: 2, side: 8 });
    const place = (name: string): string => join(folder, 'turned/test', name);
    for (const name of classes) renameSync(place(name), place(`${name}-pictures`));
    for (const [index, name] of classes.entries()) {
      renameSync(place(`${name}-pictures`), place(classes[(index + 1) % 3] ?? ''));
    }
    // The last epoch is the best, for it is the one whose answers are about the pictures.
    const metric = `{ name: 'epochs', compute: () => ++epochs }`;
    writeFileSync(join(folder, 'epochs.mjs'), `let epochs = 0;\nexport default [${metric}];\n`);
    const best = ['--metrics', 'epochs.mjs', '--best', 'epochs'];
    const rates = ['--epochs', '16', '--lr', '0.05', '--peak-epoch', '4'];
    const words = ['--data', 'turned', '--run-name', 'turned', ...small, ...best, ...rates];
    expect((await command('train', ...words)).exitCode).toBe(0);
    page = readFileSync(runAt('turned').report, 'utf8');
  }, patience);

  test('the report shows the learning rate, which fell in a line from its peak to 0', () => {
    expect(page).toContain('aria-label="Learning rate over the epochs"');
    const [, table = ''] = page.split('<th class="n">rate at its end</th>');
    const rows = table.split('</table>')[0]?.split('<tr').slice(1) ?? [];
    const rates = rows.map((row) =>
      Number(/<td class="n">([\d.e-]+)<\/td><td class="n">[^<]*<\/td><\/tr>/.exec(row)?.[1]),
    );
    const line = Array.from(
      { length: 16 },
      (_, index) => 0.05 * Math.min((index + 1) / 4, (15 - index) / 12),
    );
    expect(rates).toEqual(line.map((lr) => expect.closeTo(lr, 5) as number));
  });

  test('the report says what is wrong, with a command to try', () => {
    const [, diagnosis = ''] = page.split('<h2 id="diagnosis">');
    expect(diagnosis).toContain('<h3>It overfits</h3>');
    expect(diagnosis).toMatch(/<pre>npx ocelli train --data turned [^<]*--cutout 2[^<]*<\/pre>/);
  });

  test('the report shows every picture as a wrong answer and as a label suspect', () => {
    const [, cases = '', suspects = ''] = page.split(/<h3>(?:Worst cases|Label suspects)<\/h3>/);
    for (const file of files) {
      expect(cases).toContain(`title="${file}"`);
      expect(suspects).toContain(`<td class="name">${file}</td>`);
    }
  });
});
