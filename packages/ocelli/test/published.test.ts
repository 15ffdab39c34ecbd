import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import {
  manualSeed,
  type Module,
  noGrad,
  randn,
  readSafetensors,
  scope,
  setNumThreads,
} from '@ocelli/torch';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { Airbench } from '../src/models/airbench.ts';
import { createModel } from '../src/models/catalog.ts';
import { startFrom } from '../src/train/checkpoints/startWeights.ts';
import { decodeFor, loadTrainedModel, modelInput } from '../src/train/predict/predictor.ts';
import { loadPublishedModel } from '../src/train/predict/publishedModel.ts';
import { saveTrainedModel } from '../src/train/predict/saveTrainedModel.ts';
import * as pretrained from '../src/train/runFolder/pretrainedFolder.ts';
import { openTrained, publishedNames } from '../src/train/runFolder/publishedRun.ts';
import { runFolderAt } from '../src/train/runFolder/runFolder.ts';
import { temporaryFolder } from './dataTree.ts';
import { drawPictures } from './drawnPictures.ts';
import { inProcess } from './inProcess.ts';

// Published weights as the package brings them, here of networks that nobody trained.

const root = temporaryFolder();
setNumThreads(1); // the work is small

const at = (name: string): string => join(root, name);
const photo = at('pictures/test/green/0.png');
const classes = ['blue', 'green', 'red'];
const scale = { mean: [125.31, 122.95, 113.87], std: [62.99, 62.09, 66.7] };
/** As the recipe cifar10-muon has it, with statistics of some batch. */
let network: Airbench;

beforeAll(async () => {
  vi.spyOn(pretrained, 'pretrainedFolder', 'get').mockReturnValue(at('pretrained'));
  vi.stubEnv('OCELLI_CACHE', at('cache'));
  await drawPictures(at('pictures'), { train: 4, test: 2, side: 32 });
  manualSeed(5);
  const options = { numClasses: 3, activation: 'silu', headStd: 1, logitScale: 1 / 256 } as const;
  network = new Airbench(options).whiten(randn([20, 3, 12, 12]));
  noGrad(() => network.forward(randn([8, 3, 32, 32])));
  publish('colours', network.eval());
  publish('shades', network);
});
afterAll(() => {
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
});

function publish(name: string, model: Airbench): void {
  const stored = createModel('airbench94-silu', { numClasses: 3 });
  stored.loadStateDict(model.stateDict());
  noGrad(() =>
    stored
      .stateDict()
      .get('head.weight')
      ?.mul_(9 / 256),
  );
  saveTrainedModel(runFolderAt(join(root, 'pretrained', name)), stored, {
    experiment: { model: 'airbench94-silu', data: at('pictures'), batchSize: 4 },
    pictures: {
      labelNames: { classes },
      height: 32,
      width: 32,
      ...scale,
      trainCount: 12,
      validationCount: 6,
    },
    epoch: 1,
    step: 3,
    dtype: 'float16',
  });
}

test('every folder with a run is published under its name', () => {
  mkdirSync(at('pretrained/empty'));
  expect(publishedNames()).toEqual(['colours', 'shades']);
});

test('a picture file gets the logits that the trained network gives for its pixels', async () => {
  const published = loadPublishedModel('colours');
  const { pixels } = await decodeFor(photo, published);
  const values = Array.from(pixels, (pixel, index) => {
    const channel = index % 3;
    return (pixel - (scale.mean[channel] ?? 0)) / (scale.std[channel] ?? 1);
  });
  const images = modelInput(pixels, published);
  expect(images.permute([0, 2, 3, 1]).flatten().toArray()).toEqual(
    values.map((value) => expect.closeTo(value, 4) as number),
  );
  const [own, stored] = [network, published.model as Module].map((model) =>
    noGrad(() => model.forward(images).flatten().toArray() as number[]),
  );
  // Numbers of float16 are right to 2⁻¹¹; ten layers of them to about a hundredth.
  const largest = Math.max(...(own ?? []).map(Math.abs));
  for (const [index, logit] of (own ?? []).entries()) {
    expect(Math.abs(logit - (stored?.[index] ?? NaN))).toBeLessThan(0.01 * largest);
  }
});

test('predict, explain and evaluate take the name for a run', async () => {
  const predicted = await inProcess('predict', photo, '--run', 'colours', '--top', '1');
  expect([predicted.exitCode, predicted.err]).toEqual([0, '']);
  expect(predicted.out).toMatch(/0\.png +(blue|green|red) +\d/);
  const map = at('map.png');
  const explained = await inProcess('explain', photo, '--run', 'colours', '--out', map);
  expect([explained.exitCode, explained.err]).toEqual([0, '']);
  expect(explained.out).toMatch(/ (blue|green|red) +\d+\.\d+% +-\nwritten: /);
  const evaluated = await inProcess('evaluate', 'colours', '--json');
  expect(evaluated.exitCode).toBe(0);
  expect(JSON.parse(evaluated.out)).toMatchObject({ split: 'test', count: 6, epoch: 1 });
});

test('a training starts from the name, and a head for other classes begins anew', () => {
  const stored = readSafetensors(join(openTrained('colours').weights, 'best.safetensors'));
  const model = createModel('airbench94-silu', { numClasses: 5 });
  expect(startFrom('colours', model).fresh).toEqual(['head.weight']);
  for (const [key, tensor] of model.stateDict()) {
    if (key === 'head.weight') continue;
    const same = scope(() => stored.get(key)?.to({ dtype: tensor.dtype }).eq(tensor).all().item());
    expect([key, same]).toEqual([key, 1]);
  }
  expect(() => startFrom('colours', createModel('resnet20', { numClasses: 3 }))).toThrow(
    'colours: expected weights of the same network to start from, none of 39 fits. ' +
      'They are of the model airbench94-silu.',
  );
});

test('a training of the command line starts from the name', async () => {
  const words = ['--data', at('pictures'), '--model', 'airbench94-silu', '--start-from', 'colours'];
  const few = ['--epochs', '1', '--batch-size', '4', '--threads', '1', '--no-report'];
  const where = ['--runs-dir', at('runs'), '--run-name', 'begun', '--progress', 'silent'];
  const still = ['--lr', '0', '--weight-decay', '0', '--schedule', 'constant'];
  const { exitCode, err } = await inProcess('train', ...words, ...few, ...where, ...still);
  expect([exitCode, err]).toEqual([0, '']);
  const { model } = loadTrainedModel(runFolderAt(at('runs/begun/1')), { weights: 'last' });
  const [begun, published] = [model, loadPublishedModel('colours').model].map((one) =>
    one.stateDict().get('block3.conv2.weight')?.toArray(),
  );
  expect(begun).toEqual(published);
});

test('a run that is called the same comes first', () => {
  const own = runFolderAt(at('own/colours'));
  saveTrainedModel(own, loadPublishedModel('colours').model, {
    experiment: { model: 'airbench94-silu' },
    pictures: loadPublishedModel('colours').pictures,
    epoch: 2,
    step: 6,
  });
  const home = process.cwd();
  process.chdir(at('own'));
  try {
    expect(openTrained('colours').path).toBe(own.path);
    expect(openTrained('shades').path).toBe(at('pretrained/shades'));
  } finally {
    process.chdir(home);
  }
});

test('a name that there is not is answered with the nearest and all of them', async () => {
  const { exitCode, err } = await inProcess('predict', photo, '--run', 'colour');
  expect([exitCode, err]).toEqual([
    4,
    'error: colour: expected a run folder with an experiment.json, or the name of published weights ' +
      '(colours, shades), found neither. Did you mean "colours"?\n',
  ]);
  expect(() => openTrained('runs/faces')).toThrow(
    'runs/faces: expected a run folder with an experiment.json, or the name of published weights ' +
      '(colours, shades), found neither. Pass a folder such as runs/<name>/1.',
  );
  expect(() => loadPublishedModel('shade')).toThrow(
    'loadPublishedModel: expected name to be the name of published weights (colours, shades), got "shade". ' +
      'Did you mean "shades"?',
  );
});

test('who has trained nothing is told of them', async () => {
  const home = process.cwd();
  process.chdir(at('pictures'));
  const { exitCode, err } = await inProcess('predict', photo);
  process.chdir(home);
  expect([exitCode, err]).toEqual([
    2,
    'error: ocelli predict: expected --run, for no run in the folder runs has weights. ' +
      'Published weights have names: colours, shades.\n',
  ]);
});
