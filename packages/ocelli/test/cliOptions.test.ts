import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { buildModel } from '../src/train/assembly/buildModel.ts';
import { resolveExperiment } from '../src/train/experiment/experiment.ts';
import { createRunFolder, writeLabels } from '../src/train/runFolder/runFolder.ts';
import { writeRunRecord } from '../src/train/record/runRecord.ts';
import { saveWeights, type WeightsName } from '../src/train/checkpoints/weights.ts';
import { type Outcome, patience, runCommand } from './commandLine.ts';
import { drawPictures } from './drawnPictures.ts';

// Options of the commands that are no settings of an experiment, and what they leave unsaid.

let folder: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'ocelli-options-'));
  await drawPictures(join(folder, 'pictures'), { train: 4, test: 1 });
});
afterAll(() => rmSync(folder, { recursive: true }));

const command = (...words: string[]): Promise<Outcome> => runCommand(folder, words);
const short = ['--epochs', '1', '--batch-size', '9', '--threads', '1', '--model', 'resnet20'];

test(
  'one folder of classes: the share held back is on record; --runs-dir says where',
  async () => {
    const words = ['--data', 'pictures/train', ...short, '--run-name', 'held'];
    const { exitCode, out } = await command('train', ...words, '--runs-dir', 'elsewhere');
    expect(exitCode).toBe(0);
    expect(out).toContain('run folder: elsewhere/held/1\n');
    expect(existsSync(join(folder, 'runs', 'held'))).toBe(false);
    const record = readFileSync(join(folder, 'elsewhere/held/1/experiment.json'), 'utf8');
    expect(JSON.parse(record)).toMatchObject({
      experiment: { validationShare: 0.15 },
      pictures: { trainCount: 9, validationCount: 3 }, // 0.15 of 4 is 0.6, so 1 of each class
    });
    const again = await command('train', '--resume', '--runs-dir', 'elsewhere', '--no-report');
    expect(again.exitCode).toBe(0);
    expect(again.out).toContain('already completed after epoch 1\n');
    expect(again.out).toContain('run folder: elsewhere/held/1\n');
    expect(await command('train', '--resume', '--runs-dir', 'nowhere')).toMatchObject({
      exitCode: 2,
      err: 'error: ocelli train: expected --resume with a run, for none has begun in nowhere.\n',
    });
  },
  patience,
);

test(
  '--resume takes the path of a checkpoint and removes what comes after it, which is said',
  async () => {
    const words = ['--data', 'pictures', ...short, '--epochs', '2', '--keep-checkpoints', 'all'];
    const quick = ['--progress', 'line', '--no-report'];
    const whole = await command('train', ...words, '--run-name', 'back', ...quick);
    const places = join(folder, 'runs/back/1/checkpoints');
    const [first = '', second] = readdirSync(places).toSorted();
    const again = await command('train', '--resume', `runs/back/1/checkpoints/${first}`, ...quick);
    expect(again.exitCode).toBe(0);
    expect(again.err).toBe(`warning: checkpoints that come after ${first} were removed: 1\n`);
    expect(again.out).toContain('; going on after step 2\n');
    const ending = /^best epoch: .*$/m;
    expect(ending.exec(again.out)?.[0]).toBe(ending.exec(whole.out)?.[0]);
    expect(readdirSync(places).toSorted()).toEqual([first, second]);
    const gone = await command('train', '--resume', 'runs/back/1/checkpoints/step-9-epoch-9');
    expect([gone.exitCode, gone.err]).toEqual([
      4,
      'error: runs/back/1/checkpoints/step-9-epoch-9: expected a checkpoint of the run, found none. ' +
        `It has ${second}, ${first}.\n`,
    ]);
  },
  patience,
);

test(
  'a network of many attributes begins with the trunk of a run of one label, which a line says',
  async () => {
    const classes = ['blue', 'green', 'red'];
    const rows = classes.flatMap((name) =>
      [0, 1, 2, 3].map((i) => `train/${name}/${i}.png,${name},${i % 2 === 0 ? 'even' : 'odd'}`),
    );
    writeFileSync(join(folder, 'pictures/labels.csv'), `image,hue,number\n${rows.join('\n')}\n`);
    const quick = [...short, '--progress', 'line', '--no-report'];
    await command('train', '--data', 'pictures', ...quick, '--run-name', 'one');
    const many = ['--table', 'pictures/labels.csv', '--run-name', 'many'];
    const begun = await command('train', ...many, ...quick, '--start-from', 'runs/one');
    expect(begun.exitCode).toBe(0);
    // Of the 139 tensors of one label 2 are its head; two heads have as many each.
    expect(begun.out).toContain('weights: 137 of 141 tensors from runs/one; new: heads\n');
    const unfit = await command(
      'train',
      ...many,
      ...quick,
      '--model',
      'davidnet',
      '--start-from',
      'runs/one',
    );
    expect([unfit.exitCode, unfit.err.split('\n').at(-2)]).toEqual([
      10,
      'error: runs/one: expected weights of the same network to start from, none of 139 fits. ' +
        'They are of the model resnet20.',
    ]);
  },
  patience,
);

test(
  'stages in a file train one after another; --more-epochs goes on counting, with settings of its own',
  async () => {
    const stages = [{ imageSize: 8 }, { imageSize: 12, freeze: ['stem', 'stage*'] }];
    const settings = { data: 'pictures', model: 'resnet20', pad: 1, threads: 1, epochs: 1, stages };
    writeFileSync(join(folder, 'staged.json'), JSON.stringify({ ...settings, batchSize: 9 }));
    const words = ['--progress', 'line', '--no-report'];
    const first = await command('train', 'staged.json', '--run-name', 'staged', ...words);
    expect(first.exitCode).toBe(0);
    expect(first.out).toContain('stage 1 of 2: epochs 1 to 1\n');
    expect(first.out).toContain(
      'stage 2 of 2: epochs 2 to 2, from the best weights of the one before, frozen: stem, stage*\n',
    );
    const alone = await command('train', 'staged.json', '--more-epochs', '2');
    expect([alone.exitCode, alone.err]).toEqual([
      2,
      'error: ocelli train: expected --resume with --more-epochs, got none.\n',
    ]);
    const unread = ['--restart', 'runs/staged', '--more-epochs', '2', '--target', '0.9'];
    const refused = await command('train', ...unread);
    expect([refused.exitCode, refused.err]).toEqual([
      2,
      'error: ocelli train: expected no --more-epochs, --target with --restart, ' +
        "which keeps the run's own settings.\n",
    ]);
    const more = ['--resume', 'runs/staged', '--more-epochs', '2', '--lr', '0.01', ...words];
    const second = await command('train', ...more);
    expect(second.exitCode).toBe(0);
    expect(second.out).toContain('stage 3 of 3: epochs 3 to 4, from the last weights');
    const results = readFileSync(join(folder, 'runs/staged/1/results.csv'), 'utf8').split('\n');
    expect(results.slice(1, 5).map((line) => line.split(',')[0])).toEqual(['1', '2', '3', '4']);
    const record = readFileSync(join(folder, 'runs/staged/1/experiment.json'), 'utf8');
    expect(JSON.parse(record)).toMatchObject({ stage: 3, experiment: { lr: 0.01, imageSize: 12 } });
    const measured = await command('evaluate', 'runs/staged', '--json');
    expect(JSON.parse(measured.out)).toMatchObject({ split: 'test' });
  },
  patience,
);

test(
  'pictures left out are counted and listed on stderr, in training and in evaluation; else silence',
  async () => {
    await drawPictures(join(folder, 'bad'), { train: 3, test: 1 });
    for (let index = 0; index < 12; index++) {
      writeFileSync(join(folder, `bad/train/red/x${String(index).padStart(2, '0')}.png`), 'text');
    }
    const words = ['--data', 'bad', '--on-bad-image', 'skip', ...short, '--run-name', 'bad'];
    const { exitCode, out, err } = await command('train', ...words, '--progress', 'silent');
    expect({ exitCode, out }).toEqual({ exitCode: 0, out: '' });
    const lines = err.trimEnd().split('\n');
    expect(lines[0]).toBe('warning: 12 of 24 pictures left out:');
    expect(lines[1]).toMatch(/^ {2}train\/red\/x00\.png: .+/);
    expect(lines[10]).toMatch(/^ {2}train\/red\/x09\.png: .+/);
    expect(lines.slice(11)).toEqual(['  and 2 more']);
    const own = await command('evaluate', 'runs/bad');
    expect(own.err).toBe(err);
    const given = await command('evaluate', 'runs/bad', '--data', 'bad');
    expect(given.err.endsWith(err), given.err).toBe(true);
  },
  patience,
);

test(
  'without pictures left out a silent run writes nothing at all',
  async () => {
    const words = ['--data', 'pictures', ...short, '--progress', 'silent'];
    expect(await command('train', ...words)).toEqual({ exitCode: 0, out: '', err: '' });
  },
  patience,
);

/** A run of six classes whose best weights are others than its last. */
function makeRun(): void {
  const classes = ['a', 'b', 'c', 'd', 'e', 'f'];
  const experiment = resolveExperiment({ data: 'pictures', threads: 1, model: 'resnet20' });
  const constants = { mean: [100, 100, 100], std: [60, 60, 60] };
  const sizes = { height: 16, width: 16, trainCount: 12, validationCount: 3 };
  const run = createRunFolder(join(folder, 'runs'), 'six');
  writeRunRecord(run, {
    experiment,
    pictures: { labelNames: { classes }, ...constants, ...sizes },
  });
  writeLabels(run, { classes });
  const save = (name: WeightsName, seed: number): void => {
    const model = buildModel({ ...experiment, seed }, [{ classes }]);
    saveWeights(run.weights, name, { model, epoch: seed, step: seed });
  };
  save('best', 1);
  save('last', 2);
}

test(
  'predict shows five labels and asks the best weights, unless told otherwise',
  async () => {
    makeRun();
    const words = ['predict', 'pictures/test/red/0.png', '--run', 'runs/six', '--json'];
    const answers = async (
      ...more: string[]
    ): Promise<{ label: string; probability: number }[]> => {
      const { out } = await command(...words, ...more);
      const [answer] = JSON.parse(out) as [{ labels: { label: string; probability: number }[] }];
      return answer.labels;
    };
    const unsaid = await answers();
    expect(unsaid.length).toBe(5);
    expect(await answers('--weights', 'best')).toEqual(unsaid);
    expect(await answers('--weights', 'last')).not.toEqual(unsaid);
    const all = await answers('--top', '6');
    expect(all.slice(0, 5)).toEqual(unsaid);
    expect(all.length).toBe(6);
  },
  patience,
);
