import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Generator, noGrad, randint, scope, setNumThreads, type Tensor } from '@ocelli/torch';
import sharp from 'sharp';
import { beforeAll, describe, expect, test } from 'vitest';
import type { AttributeScores } from '../src/metrics/scores.ts';
import { storeEvaluation } from '../src/report/evaluation/storeEvaluation.ts';
import { outOfFold } from '../src/report/suspects/outOfFold.ts';
import { writeReport } from '../src/report/writeReport.ts';
import { buildModel } from '../src/train/assembly/buildModel.ts';
import { saveWeights } from '../src/train/checkpoints/weights.ts';
import { resolveExperiment } from '../src/train/experiment/experiment.ts';
import { decodeFor, loadTrainedModel, modelInput } from '../src/train/predict/predictor.ts';
import { readEventLog } from '../src/train/record/eventLog.ts';
import { writeRunRecord } from '../src/train/record/runRecord.ts';
import { openRunData, type RunData } from '../src/train/runData/runData.ts';
import {
  createRunFolder,
  type RunFolder,
  runFolderAt,
  writeLabels,
} from '../src/train/runFolder/runFolder.ts';
import { temporaryFolder } from './dataTree.ts';
import { inProcess } from './inProcess.ts';

// Two runs that never trained, with the same weights: one that answers by one view, one by mirrored ones.

const folder = temporaryFolder();
const at = (name: string): string => join(folder, name);
process.env['OCELLI_CACHE'] = at('cache');
setNumThreads(1); // the work is small

const classes = { hand: ['left', 'right'], age: ['old', 'young'] };
const rows = Array.from({ length: 12 }, (_, row) => ({
  file: `${row}.png`,
  hand: classes.hand[row % 2] ?? '',
  age: classes.age[row % 3 === 0 ? 0 : 1] ?? '',
}));
const settings = {
  table: at('labels.csv'),
  model: 'resnet20',
  imageSize: 16,
  threads: 1,
  validationShare: 0.5,
  seed: 3,
  augmentation: [{ flip: { swaps: { hand: ['left', 'right'] } } }],
};

/** What the run is said to have measured about its heads. */
const temperature = 3;
let data: RunData;
let one: RunFolder;
let mirror: RunFolder;
const logits = new Map<string, Awaited<ReturnType<typeof logitsOf>>>();

beforeAll(async () => {
  const generator = new Generator({ seed: 5 });
  for (const { file } of rows) {
    const noise = randint({ high: 256, shape: [16, 16, 3], dtype: 'uint8', generator });
    const raw = { width: 16, height: 16, channels: 3 } as const;
    await sharp(noise.toTypedArray() as Uint8Array, { raw })
      .png()
      .toFile(at(file));
  }
  const lines = rows.map(({ file, hand, age }) => `${file},${hand},${age}`);
  writeFileSync(at('labels.csv'), `image,hand,age\n${lines.join('\n')}\n`);
  data = await openRunData(resolveExperiment(settings));
  one = runWith('one');
  mirror = runWith('mirror');
  for (const { file } of rows) logits.set(file, await logitsOf(file));
});

function runWith(views: 'one' | 'mirror'): RunFolder {
  const run = createRunFolder(at('runs'), views);
  const experiment = resolveExperiment({ ...settings, views });
  writeRunRecord(run, { experiment, pictures: data.facts });
  writeLabels(run, data.facts.labelNames);
  const heads = Object.entries(classes).map(([attribute, own]) => ({ attribute, classes: own }));
  saveWeights(run.weights, 'best', { model: buildModel(experiment, heads), epoch: 1, step: 1 });
  const reports = Object.keys(classes).map((attribute) => ({
    attribute,
    temperature,
    precisionSteps: [{ confidence: 0.5, precision: 0.5 }],
  }));
  const event = { type: 'evaluationEnded', split: 'validation', epoch: 1, scores: {}, took: 1 };
  writeFileSync(run.events, `${JSON.stringify({ time: '', ...event, reports })}\n`);
  return run;
}

/** Numbers of every class, by its attribute. */
type Said = Readonly<Record<string, readonly number[]>>;

/** The logits of a picture, worked out here: of itself, and the mean with those of its mirror image. */
async function logitsOf(file: string): Promise<{ readonly one: Said; readonly mirror: Said }> {
  const trained = loadTrainedModel(one);
  const image = modelInput((await decodeFor(at(file), trained)).pixels, trained);
  const said = (images: Tensor): Said =>
    noGrad(() =>
      scope(() => {
        const outputs = Object.entries(trained.model.forward(images));
        return Object.fromEntries(outputs.map(([name, own]) => [name, own.toArray()[0]]));
      }),
    );
  const [own, { hand: [left = NaN, right = NaN] = [], age = [] }] = [
    said(image),
    said(image.flip([3])),
  ];
  const mean = (a: readonly number[] = [], b: readonly number[] = []) =>
    a.map((logit, index) => (logit + (b[index] ?? NaN)) / 2);
  return {
    one: own,
    mirror: { hand: mean(own['hand'], [right, left]), age: mean(own['age'], age) },
  };
}

/** The probabilities that follow from them. */
function saidOf(file: string, views: 'one' | 'mirror', divisor = temperature): Said {
  const all = Object.entries(logits.get(file)?.[views] ?? {});
  return Object.fromEntries(all.map(([name, own]) => [name, softmax(own, divisor)]));
}

function softmax(logits: readonly number[], divisor: number): number[] {
  const powers = logits.map((logit) => Math.exp(logit / divisor));
  const sum = powers.reduce((total, power) => total + power, 0);
  return powers.map((power) => power / sum);
}

interface Predicted {
  readonly attributes: Readonly<Record<string, { probabilities: Record<string, number> }>>;
}

async function predicted(run: RunFolder, ...words: string[]): Promise<Said> {
  const { out, err } = await inProcess(
    ...['predict', at('0.png'), '--run', run.path, '--json', ...words],
  );
  expect(err).toBe('');
  const [answer] = JSON.parse(out) as Predicted[];
  const said = Object.entries(answer?.attributes ?? {}).map(([name, { probabilities }]) => [
    name,
    Object.values(probabilities),
  ]);
  return Object.fromEntries(said) as Said;
}

function closeTo(said: Said): object {
  const each = Object.entries(said).map(([name, own]) => [
    name,
    own.map((value) => expect.closeTo(value, 5) as number),
  ]);
  return Object.fromEntries(each) as object;
}

test('the two ways of looking differ, so that one cannot be taken for the other', () => {
  const [plain, both] = [saidOf('0.png', 'one'), saidOf('0.png', 'mirror')];
  for (const name of ['hand', 'age']) {
    expect(Math.abs((plain[name]?.[0] ?? NaN) - (both[name]?.[0] ?? NaN))).toBeGreaterThan(1e-3);
  }
});

describe('predict', () => {
  test('answers by the views of the run, or by those asked for', async () => {
    const [plain, both] = [saidOf('0.png', 'one'), saidOf('0.png', 'mirror')];
    expect(await predicted(one)).toEqual(closeTo(plain));
    expect(await predicted(mirror)).toEqual(closeTo(both));
    expect(await predicted(one, '--views', 'mirror')).toEqual(closeTo(both));
    expect(await predicted(mirror, '--views', 'one')).toEqual(closeTo(plain));
  });

  test.each([
    [['--top', '2'], 'expected no --top for a run of attributes, which have one label each.'],
    [
      ['--top', '2', '--format', 'csv'],
      'expected no --top with --format csv, which has the probability of every class.',
    ],
    [['--json', '--format', 'csv'], 'expected --json or --format csv, got both.'],
  ])('refuses %j, of which one would not be read', async (words, sentence) => {
    const refused = await inProcess('predict', at('0.png'), '--run', one.path, ...words);
    expect(refused).toEqual({ exitCode: 2, out: '', err: `error: ocelli predict: ${sentence}\n` });
  });

  test('promises a precision for the views alone that it was measured with', async () => {
    const words = ['predict', at('0.png'), '--run', one.path, '--min-precision', '0.5'];
    expect(await inProcess(...words)).toMatchObject({ exitCode: 0 });
    const refused = await inProcess(...words, '--views', 'mirror');
    expect(refused.exitCode).toBe(4);
    expect(refused.err).toContain(
      'expected a run whose record says how precise these weights are with these views, got none. ' +
        'Leave --min-precision out, or use the views of the run',
    );
  });
});

test('explain draws the class that is answered, which may not be that of the picture alone', async () => {
  const answered = (views: 'one' | 'mirror') =>
    rows.map(({ file }) => {
      const { hand: [left = NaN, right = NaN] = [] } = saidOf(file, views);
      return left >= right ? 'left' : 'right';
    });
  expect(answered('mirror')).not.toEqual(answered('one'));
  const { out } = await inProcess(
    ...['explain', ...rows.map(({ file }) => at(file)), '--run', mirror.path],
    ...['--head', 'hand', '--out', at('explained.png')],
  );
  const drawn = [...out.matchAll(/ hand +(left|right) +([\d.]+)%/g)];
  expect(drawn.map(([, label]) => label)).toEqual(answered('mirror'));
});

interface Evaluated {
  readonly views: string;
  readonly attributes: Readonly<Record<string, AttributeScores>>;
}

async function evaluated(run: RunFolder, ...words: string[]): Promise<Evaluated> {
  const { out } = await inProcess('evaluate', run.path, '--json', ...words);
  return JSON.parse(out) as Evaluated;
}

/** The mean loss of each attribute on the validation pictures, worked out here. */
function lossesOf(views: 'one' | 'mirror'): Readonly<Record<string, number>> {
  const { dataset } = data.validation;
  const losses: Record<string, number> = { hand: 0, age: 0 };
  for (let index = 0; index < dataset.length; index++) {
    const row = rows.find(({ file }) => file === dataset.nameOf(index));
    const said = saidOf(row?.file ?? '', views, 1);
    for (const name of ['hand', 'age'] as const) {
      const label = classes[name].indexOf(row?.[name] ?? '');
      losses[name] = (losses[name] ?? 0) - Math.log(said[name]?.[label] ?? NaN) / dataset.length;
    }
  }
  return losses;
}

test('evaluate measures by the views of the run, or by those asked for, and says which', async () => {
  const expected = { one: lossesOf('one'), mirror: lossesOf('mirror') };
  const checked = (said: Evaluated, views: 'one' | 'mirror') => {
    expect(said.views).toBe(views);
    for (const [name, loss] of Object.entries(expected[views])) {
      expect(said.attributes[name]?.loss).toBeCloseTo(loss, 4);
    }
  };
  expect(Math.abs((expected.one['hand'] ?? 0) - (expected.mirror['hand'] ?? 0))).toBeGreaterThan(
    1e-3,
  );
  checked(await evaluated(one), 'one');
  checked(await evaluated(mirror), 'mirror');
  checked(await evaluated(one, '--views', 'mirror'), 'mirror');
  checked(await evaluated(mirror, '--views', 'one'), 'one');
  const { out } = await inProcess('evaluate', mirror.path);
  expect(out).toMatch(/\nweights: best, of epoch 1\nviews: mirror\n$/);
});

test('other words are refused, and a mirror that nobody knows what it does to a label', async () => {
  const wrong = await inProcess('evaluate', one.path, '--views', 'miror');
  expect(wrong).toMatchObject({
    exitCode: 2,
    err: 'error: ocelli evaluate: expected --views to be one of one, mirror, got "miror". Did you mean "mirror"?\n',
  });
  const undeclared = createRunFolder(at('runs'), 'undeclared');
  const experiment = resolveExperiment({ ...settings, augmentation: [{ rotate: { degrees: 5 } }] });
  writeRunRecord(undeclared, { experiment, pictures: data.facts });
  writeLabels(undeclared, data.facts.labelNames);
  expect(() => loadTrainedModel(undeclared, { views: 'mirror' })).toThrow(
    `${undeclared.experiment}: expected views to be one, for a mirror may change what is true of hand`,
  );
});

test('a run trained with mirrored views is validated with them', async () => {
  const words = ['--epochs', '1', '--views', 'mirror', '--no-report', '--progress', 'silent'];
  const file = at('experiment.json');
  writeFileSync(file, JSON.stringify({ ...settings, batchSize: 6, lr: 0.01 }));
  const trained = await inProcess(
    ...['train', file, ...words, '--runs-dir', at('runs'), '--run-name', 'trained'],
  );
  expect(trained).toMatchObject({ exitCode: 0, err: '' });
  const run = runFolderAt(at('runs/trained/1'));
  const told = readEventLog(run.events).find(({ type }) => type === 'evaluationEnded');
  if (told?.type !== 'evaluationEnded') throw new Error('nothing was validated');
  const [again, plain] = [await evaluated(run), await evaluated(run, '--views', 'one')];
  const loss = told.scores.attributes?.['age']?.loss ?? NaN;
  expect(again.attributes['age']?.loss).toBeCloseTo(loss, 6);
  expect(plain.attributes['age']?.loss).not.toBeCloseTo(loss, 4);
});

test('labels are judged by the views of the experiment', async () => {
  const judged = (views: 'one' | 'mirror') =>
    outOfFold(
      resolveExperiment({ ...settings, views, epochs: 1, batchSize: 4, lr: 0.01 }),
      { dataset: data.train, facts: data.facts, together: [] },
      { folds: 2 },
    );
  const [plain, both] = [await judged('one'), await judged('mirror')];
  expect(
    plain[1]?.probabilities.some((p, i) => Math.abs(p - (both[1]?.probabilities[i] ?? p)) > 1e-4),
  ).toBe(true);
});

describe('the report', () => {
  beforeAll(() => storeEvaluation(mirror, data));

  test('is of the views of the run: stored predictions are those before calibration', () => {
    const [header = '', ...lines] = readFileSync(mirror.predictions, 'utf8').trim().split('\n');
    expect(header).toBe(
      'name,hand,hand predicted,hand: left,hand: right,age,age predicted,age: old,age: young',
    );
    for (const line of lines) {
      const [name = '', , , left, right, , , old, young] = line.split(',');
      const { hand = [], age = [] } = saidOf(name, 'mirror', 1);
      const read = [left, right, old, young].map(Number);
      expect(read).toEqual([...hand, ...age].map((value) => expect.closeTo(value, 5) as number));
    }
  });

  test('shows the probabilities of predict under its worst cases, as explain --misclassified does', async () => {
    await writeReport(mirror);
    const wrong = at('wrong.html');
    await inProcess(...['explain', '--run', mirror.path, '--misclassified', '9', '--out', wrong]);
    const pages = [mirror.report, wrong].map((path) => readFileSync(path, 'utf8'));
    for (const page of pages) {
      const found = [...page.matchAll(/>not (\w+): ([\d.]+)\s%<\/span[^]*?title="([^"]+)"/g)];
      expect(found.length).toBeGreaterThan(0);
      for (const [, label = '', shown, file = ''] of found) {
        const name = classes.hand.includes(label) ? 'hand' : 'age';
        const said = saidOf(file, 'mirror')[name] ?? [];
        const probability = said[classes[name].indexOf(label)] ?? NaN;
        expect(Math.abs(Number(shown) - 100 * probability), file).toBeLessThan(0.051); // one decimal
      }
    }
  });
});
