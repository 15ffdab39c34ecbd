import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import {
  manualSeed,
  type Module,
  noGrad,
  rand,
  randn,
  readSafetensors,
  setNumThreads,
} from '@ocelli/torch';
import { beforeEach, expect, test } from 'vitest';
import { temporaryFolder } from '../../../test/dataTree.ts';
import { createModel } from '../../models/catalog.ts';
import { type RunFolder, runFolderAt } from '../runFolder/runFolder.ts';
import { loadTrainedModel } from './predictor.ts';
import { saveTrainedModel, type TrainedModelFacts } from './saveTrainedModel.ts';

const root = temporaryFolder();
setNumThreads(1); // the work is small

const facts = {
  experiment: { model: 'resnet20', dataset: 'cifar10', seed: 3, batchSize: 7 },
  pictures: {
    labelNames: { classes: ['a', 'b', 'c'] },
    height: 32,
    width: 32,
    mean: [1, 2, 3],
    std: [4, 5, 6],
    trainCount: 8,
    validationCount: 9,
  },
  epoch: 5,
  step: 40,
} as const satisfies TrainedModelFacts;

let folder: RunFolder;
let count = 0;
beforeEach(() => {
  manualSeed(1);
  folder = runFolderAt(join(root, String(count++)));
});

/** In the layout in which models are loaded: another one sums in another order. */
const trained = () =>
  createModel('resnet20', { numClasses: 3 }).to({ memoryFormat: 'channelsLast' });
const weightsFile = (): string => join(folder.weights, 'best.safetensors');

test('what was saved is loaded like a run, and says the same', () => {
  const model = trained();
  saveTrainedModel(folder, model, facts);
  const { model: loaded, experiment, pictures, labelNames, weights } = loadTrainedModel(folder);
  expect(experiment).toMatchObject({ ...facts.experiment, device: 'cpu' });
  expect([pictures, labelNames, weights]).toEqual([
    facts.pictures,
    facts.pictures.labelNames,
    { epoch: 5, step: 40 },
  ]);
  const images = randn([2, 3, 32, 32]);
  const answer = noGrad(() => model.eval().forward(images));
  expect(noGrad(() => (loaded as Module).forward(images)).toArray()).toEqual(answer.toArray());
});

test('only what was given is on record', () => {
  saveTrainedModel(folder, trained(), facts);
  const { experiment, pictures } = facts;
  expect(JSON.parse(readFileSync(folder.experiment, 'utf8'))).toEqual({ experiment, pictures });
});

test.each(['float16', 'bfloat16'] as const)(
  'in %s filters and matrices take half the place, vectors and statistics stay',
  (dtype) => {
    const model = trained();
    saveTrainedModel(folder, model, { ...facts, dtype });
    const state = readSafetensors(weightsFile());
    for (const [key, own] of model.stateDict()) {
      const stored = state.get(key);
      expect([key, stored?.dtype]).toEqual([key, own.dim > 1 ? dtype : own.dtype]);
      // Half of a unit in the last place: 2⁻¹¹ of a number with 10 bits after its first, 2⁻⁸ with 7.
      const most = own.dim > 1 ? { float16: 2 ** -11, bfloat16: 2 ** -8 }[dtype] : 0;
      const error = own.to({ dtype: 'float32' }).sub(stored?.to({ dtype: 'float32' }) ?? NaN);
      const allowed = own
        .to({ dtype: 'float32' })
        .abs()
        .mul(most)
        .add(2 ** -25); // of subnormal ones
      expect(Number(error.abs().sub(allowed).max().item())).toBeLessThanOrEqual(0);
    }
    // Two bytes a number: filters 9·(3·16 + 6·16² + 16·32 + 5·32² + 32·64 + 5·64²), head 3·64.
    const inHalf = 2 * (267_696 + 192);
    expect(statSync(weightsFile()).size).toBeGreaterThan(inHalf);
    expect(statSync(weightsFile()).size).toBeLessThan(1.1 * inHalf);
  },
);

test('a number that half precision cannot hold is refused by the name of its tensor', () => {
  const model = trained();
  noGrad(() => model.stateDict().get('fc.weight')?.add_(7e4));
  expect(() => saveTrainedModel(folder, model, { ...facts, dtype: 'float16' })).toThrow(
    'saveTrainedModel: expected dtype to be one that holds all numbers of fc.weight, got "float16".',
  );
  expect(existsSync(folder.path)).toBe(false);
});

test('a folder that has a run is left alone', () => {
  saveTrainedModel(folder, trained(), facts);
  expect(() => saveTrainedModel(folder, trained(), facts)).toThrow(
    `saveTrainedModel: expected a folder without a run, got ${folder.path}. Choose another one.`,
  );
});

test('weights of another network and settings that there are not are refused before anything is written', () => {
  const other = createModel('resnet32', { numClasses: 3 });
  expect(() => saveTrainedModel(folder, other, facts)).toThrow('loadStateDict');
  const experiment = { ...facts.experiment, bachSize: 3 };
  expect(() => saveTrainedModel(folder, trained(), { ...facts, experiment })).toThrow(
    'saveTrainedModel: unknown setting bachSize. Did you mean "batchSize"?',
  );
  expect(existsSync(folder.path)).toBe(false);
});

test('pictures of a size that the network was not made for are refused', () => {
  const model = createModel('mnist-net', { numClasses: 3 });
  const experiment = { ...facts.experiment, model: 'mnist-net' } as const;
  const pictures = { ...facts.pictures, height: 64, width: 64 };
  expect(() => saveTrainedModel(folder, model, { ...facts, experiment, pictures })).toThrow(
    /^saveTrainedModel: layer flatten does not fit pictures of \(3, 64, 64\)\./,
  );
  expect(existsSync(folder.path)).toBe(false);
});

test('random numbers go on as if nothing had been saved', () => {
  const model = trained();
  manualSeed(4);
  const expected = rand([3]).toArray();
  manualSeed(4);
  saveTrainedModel(folder, model, facts);
  expect(rand([3]).toArray()).toEqual(expected);
});
