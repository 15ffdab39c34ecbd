import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { readEventLog } from '../src/train/record/eventLog.ts';
import { type RunFolder, runFolderAt } from '../src/train/runFolder/runFolder.ts';
import { patience, runCommand } from './commandLine.ts';
import { plainPng, temporaryFolder, writeTree } from './dataTree.ts';

// Settings of `ocelli train` for tables that are seen in what a run shows and leaves behind.

const folder = temporaryFolder();
const hues = ['red', 'green', 'blue'] as const;
const rows = Array.from({ length: 24 }, (_, row) => ({
  photo: `${row}.png`,
  hue: hues[row % 3] ?? '',
  shade: row % 5 === 0 ? '' : row % 4 === 1 ? 'dark' : 'light', // 5 of 24 are not known
  size: row % 4 < 2 ? 'small' : 'large',
  person: `p${Math.floor(row / 2)}`,
}));

/** Pictures of 8 pixels in a folder of their own; the first column of paths leads nowhere. */
beforeAll(async () => {
  const files: Record<string, Buffer> = {};
  for (const [row, { photo, hue, shade }] of rows.entries()) {
    const level = (shade === 'dark' ? 90 : 200) + row;
    const channels = hues.map((name) => (name === hue ? level : 40));
    const [r = 0, g = 0, b = 0] = channels;
    files[`pics/${photo}`] = await plainPng({ r, g, b }, { width: 8, height: 8 });
  }
  writeTree(folder, files);
  const lines = rows.map((row) => ['gone.png', ...Object.values(row)].join());
  const table = ['image,photo,hue,shade,size,person', ...lines].join('\n');
  writeFileSync(join(folder, 'labels.csv'), `${table}\n`);
});

const source = ['--table', 'labels.csv', '--images', 'pics', '--image-column', 'photo'];
const labels = ['--label-columns', 'hue', '--label-columns', 'shade'];
const small = ['--model', 'resnet20', '--image-size', '8', '--batch-size', '24', '--threads', '1'];
const short = [...small, '--validation-share', '0.25', '--epochs', '1', '--progress', 'line'];

interface Trained {
  readonly out: string;
  readonly err: string;
  readonly run: RunFolder;
}

async function trained(name: string, ...words: string[]): Promise<Trained> {
  const own = [...source, '--run-name', name, ...short, ...words];
  const { out, err, exitCode } = await runCommand(folder, ['train', ...own]);
  expect({ exitCode, err }).toMatchObject({ exitCode: 0 });
  const run = runFolderAt(join(folder, 'runs', name, '1'));
  return { out, err: err.replace(/^decoding.*\n/gm, ''), run };
}

const jsonOf = (path: string): unknown => JSON.parse(readFileSync(path, 'utf8'));

/** The figures of the only epoch, by the names of their columns. */
function figuresOf({ results }: RunFolder): Record<string, number> {
  const lines = readFileSync(results, 'utf8').trimEnd().split('\n');
  const [header = [], row = []] = lines.map((line) => line.split(','));
  return Object.fromEntries(header.map((name, index) => [name, Number(row[index])]));
}

test(
  'columns by name: paths, attributes in their order, and persons that stay in one part of three',
  async () => {
    const columns = ['--label-columns', 'shade', '--label-columns', 'hue'];
    const parts = ['--group-column', 'person', '--test-share', '0.25', '--no-report'];
    const { err, run } = await trained('named', ...columns, ...parts);
    expect(err).toBe('');
    const { attributes } = jsonOf(run.labels) as { attributes: object };
    expect(Object.entries(attributes)).toEqual([
      ['shade', ['dark', 'light']],
      ['hue', ['blue', 'green', 'red']],
    ]);
    const split = jsonOf(run.split) as Record<string, string[]>;
    expect(Object.keys(split)).toEqual(['train', 'validation', 'test']);
    expect(Object.values(split).flat().toSorted()).toEqual(
      rows.map(({ photo }) => photo).toSorted(),
    );
    for (const names of Object.values(split)) {
      expect(names.length).toBeGreaterThan(0);
      const own = new Set(rows.filter(({ photo }) => names.includes(photo)).map((r) => r.person));
      expect(names).toHaveLength(2 * own.size); // each has two pictures
    }
  },
  patience,
);

test(
  'ignored columns are no attributes; a picture without a label counts in the others',
  async () => {
    const ignored = ['--ignore-columns', 'size', '--ignore-columns', 'person', '--no-report'];
    const { run } = await trained('ignored', ...ignored);
    const { attributes } = jsonOf(run.labels) as { attributes: object };
    expect(Object.keys(attributes)).toEqual(['hue', 'shade']);
    const figures = figuresOf(run);
    const labelled = (name: string) =>
      (figures[`${name}.train_labelled`] ?? 0) + (figures[`${name}.validation_labelled`] ?? 0);
    expect([labelled('hue'), labelled('shade')]).toEqual([24, 19]);
  },
  patience,
);

test(
  'pictures that are repeated too often are warned about on the screen and in the text log',
  async () => {
    const words = [...labels, '--oversampling', 'shade = dark x21', '--no-report'];
    const { err, run } = await trained('repeated', ...words);
    expect(err).toMatch(/^warning: \d+\.png is there 21 times: .*\n$/);
    expect(readFileSync(run.log, 'utf8')).toContain(err);
    const { train = [] } = jsonOf(run.split) as Record<string, string[]>;
    const dark = rows.filter(({ photo, shade }) => train.includes(photo) && shade === 'dark');
    expect(figuresOf(run)['train_count']).toBe(train.length + 20 * dark.length);
  },
  patience,
);

test(
  'trunk and heads learn at rates of their own, which every step has on record',
  async () => {
    const rates = ['--trunk-lr', '0.5', '--attributes', 'hue.lr=2', '--lr', '0.25'];
    const { run } = await trained('rates', ...labels, ...rates, '--schedule', 'constant');
    expect(readFileSync(run.rates, 'utf8').split('\n').slice(0, 2)).toEqual([
      'step,epoch,lr,lr.trunk,lr.hue,lr.shade',
      '1,1,0.25,0.125,0.5,0.25',
    ]);
    // The same run shows how the report tells of each attribute.
    const page = readFileSync(run.report, 'utf8');
    for (const [index, name] of ['hue', 'shade'].entries()) {
      expect(page).toContain(`aria-label="Loss of ${name} over the epochs"`);
      const [, section = ''] = page.split(`<section id="head-${index}">`);
      const labelled = figuresOf(run)[`${name}.validation_labelled`];
      expect(section).toMatch(
        new RegExp(`<h2>${name}</h2>\\s*<p>Accuracy .*: ${labelled} of 6\\.`),
      );
    }
  },
  patience,
);

test(
  'the best epoch is that of the mean over the figures that count',
  async () => {
    const best = ['--best', 'mean', '--attributes', 'hue.metric=balancedAccuracy', '--no-report'];
    const { out, run } = await trained('best', ...labels, ...best);
    const watched = ['hue.balancedAccuracy', 'shade.accuracy'];
    expect(readEventLog(run.events)[0]).toMatchObject({ best: watched });
    const figures = figuresOf(run);
    const { 'hue.validation_balanced_accuracy': hue, 'shade.validation_accuracy': shade } = figures;
    const mean = ((hue ?? NaN) + (shade ?? NaN)) / 2;
    expect(out).toContain(
      `best epoch: 1/1, mean of val ${watched.join(', ')}: ${mean.toFixed(4)}, `,
    );
  },
  patience,
);

// Nothing is learned, so that all runs have the same answers: what differs is how they are judged.
describe('with a learning rate of 0', () => {
  const still = [...labels, '--lr', '0', '--schedule', 'constant', '--no-report'];
  const runs = new Map<string, Promise<Trained>>();

  /** The run with these settings besides, made once. */
  function judging(words: readonly string[]): Promise<Trained> {
    const key = words.join(' ');
    const run = runs.get(key) ?? trained(`still-${runs.size}`, ...still, ...words);
    runs.set(key, run);
    return run;
  }

  const judged = async (...words: string[]): Promise<Record<string, number>> =>
    figuresOf((await judging(words)).run);

  const own = (...options: string[]) => options.flatMap((option) => ['--attributes', option]);

  test.each<[words: string[], changed: string[]]>([
    [
      ['--label-smoothing', '0.3'],
      ['train_loss', 'hue.train_loss', 'shade.train_loss'],
    ],
    [own('hue.labelSmoothing=0.3'), ['train_loss', 'hue.train_loss']],
    [own('hue.loss=focal'), ['train_loss', 'hue.train_loss']],
    [own('hue.loss=focal', 'hue.focalGamma=0'), []],
    [own('hue.classWeights=[1,2,3]'), ['train_loss', 'hue.train_loss']],
    [own('shade.classWeights=inverse'), ['train_loss', 'shade.train_loss']],
    [own('shade.logitAdjustment=1'), ['train_loss', 'shade.train_loss']],
    [own('hue.lossWeight=0.25'), ['train_loss', 'validation_loss']],
    [
      ['--loss-weights', 'classCount'],
      ['train_loss', 'validation_loss'],
    ],
  ])(
    '%j changes %j and no other figure',
    async (words, changed) => {
      const [plain, figures] = [await judged(), await judged(...words)];
      const differing = Object.keys(plain).filter((name) => {
        const [before, after] = [plain[name] ?? NaN, figures[name] ?? NaN];
        return name !== 'seconds' && Math.abs(after - before) > 1e-5;
      });
      expect(differing).toEqual(changed);
    },
    patience,
  );

  test.each<[words: string[], hue: number, shade: number]>([
    [[], 1, 1],
    [own('hue.lossWeight=0.25'), 0.25, 1],
    // Three classes and two, 2.5 on average.
    [['--loss-weights', 'classCount'], 1.2, 0.8],
  ])(
    'with %j the losses of the heads count %f and %f times',
    async (words, hue, shade) => {
      const figures = await judged(...words);
      for (const part of ['train', 'validation']) {
        const [one = NaN, other = NaN] = ['hue', 'shade'].map(
          (name) => figures[`${name}.${part}_loss`],
        );
        expect(figures[`${part}_loss`]).toBeCloseTo(hue * one + shade * other, 5);
      }
    },
    patience,
  );

  test(
    'balancing draws other pictures, as many as before',
    async () => {
      const [plain, balanced] = [await judged(), await judged('--balance', '0.9')];
      expect(balanced['train_count']).toBe(plain['train_count']);
      expect(balanced['train_loss']).not.toBe(plain['train_loss']);
    },
    patience,
  );

  test(
    'class weights of 0 leave out pictures: what two halves cost makes up the whole',
    async () => {
      const blue = await judged(...own('hue.classWeights=[1,0,0]'));
      const others = await judged(...own('hue.classWeights=[0,1,1]'));
      const { run } = await judging([]);
      const { train = [] } = jsonOf(run.split) as Record<string, string[]>;
      const blues = rows.filter(({ photo, hue }) => train.includes(photo) && hue === 'blue').length;
      const [one = NaN, other = NaN] = [blue, others].map((figures) => figures['hue.train_loss']);
      const whole = (blues * one + (train.length - blues) * other) / train.length;
      expect(figuresOf(run)['hue.train_loss']).toBeCloseTo(whole, 5);
      expect(Math.abs(one - other)).toBeGreaterThan(1e-3);
    },
    patience,
  );
});
