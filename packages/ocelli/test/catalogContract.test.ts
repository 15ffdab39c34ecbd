import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  manualSeed,
  type Module,
  noGrad,
  readSafetensors,
  setNumThreads,
  tensor,
  type Tensor,
  writeSafetensors,
} from '@ocelli/torch';
import { beforeAll, describe, expect, test } from 'vitest';
import { catalog, createModel } from '../src/models/catalog.ts';
import { Classifier } from '../src/models/classifier.ts';
import { countParameters } from '../src/models/countParameters.ts';
import { classifierNames, type ModelName, personSystemNames } from '../src/models/modelNames.ts';
import { fillByFormula, formulaNumbers } from './formulaWeights.ts';

// The numbers are those of torchvision and timm; see fixtures/make_models.py.

interface Published {
  readonly side: number;
  /** Learned numbers with 1000 classes. */
  readonly parameters: number;
  /** SHA-256 of one line `key [shape]` an entry of the state dict. */
  readonly keys: string;
  /** The first eight logits of two pictures; of a trunk, channel means of its feature map. */
  readonly logits: readonly number[][];
}

const path = new URL('./fixtures/models.json', import.meta.url);
const published = JSON.parse(readFileSync(path, 'utf8')) as Record<string, Published>;

beforeAll(() => setNumThreads(1)); // the work is small, and other tests run beside it

test.each(Object.entries(published))(
  '%s: keys, count and logits are those of the published network, and all of it learns',
  (name, { side, parameters, keys, logits }) => {
    const model = publishedPart(name);
    expect(countParameters(model).trainable).toBe(parameters);
    expect(keysDigest(model)).toBe(keys);
    fillByFormula(model.eval());
    const images = formulaNumbers(0, [2, 3, side, side]).mul(3);
    expect(furthest(answerOf(model, images).narrow(1, 0, 8), logits)).toBeLessThan(1e-4);
    expect(withoutGradient(model, images)).toEqual([]);
  },
);

/** A network for 1000 classes, or its trunk where only that is on record. */
function publishedPart(name: string): Module {
  if (!name.endsWith('-trunk')) return createModel(name, { numClasses: 1000 });
  return catalog[name.slice(0, -'-trunk'.length) as ModelName].trunk();
}

/** Logits, or channel means. */
function answerOf(model: Module, images: Tensor): Tensor {
  const output = noGrad(() => model.forward(images));
  return output.dim === 4 ? output.mean([2, 3]) : output;
}

/** Largest difference, as a share of the largest number expected. */
function furthest(answer: Tensor, expected: readonly number[][]): number {
  const largest = Math.max(...expected.flat().map(Math.abs));
  return Number(answer.sub(tensor(expected)).abs().max().item()) / largest;
}

function keysDigest(model: Module): string {
  const lines = [...model.stateDict()].map(([key, { shape }]) => `${key} [${shape.join(',')}]\n`);
  return createHash('sha256').update(lines.join('')).digest('hex');
}

/** Keys of the parameters that a step of training does not reach. */
function withoutGradient(model: Module, images: Tensor): string[] {
  manualSeed(1);
  const output = model.train().forward(images);
  output.mul(output).sum().backward();
  return model
    .namedParameters()
    .filter(([, { grad }]) => grad === undefined || grad.abs().max().item() === 0)
    .map(([key]) => key);
}

describe('networks of athena', () => {
  test.each([
    ['mnist-net', [1, 28, 28], 7_911],
    ['cifar10-v1', [3, 32, 32], 380_646],
    // By hand: four blocks of convolutions and norms, and the last layer.
    ['cifar10-v2', [3, 32, 32], 13_024 + 33_152 + 127_744 + 501_248 + 2_570],
  ] as const)('%s has the published count, and all of it learns', (name, shape, parameters) => {
    const model = createModel(name, { numClasses: 10 });
    expect(countParameters(model).trainable).toBe(parameters);
    expect(withoutGradient(model, formulaNumbers(0, [4, ...shape]))).toEqual([]);
  });
});

describe('every network', () => {
  const small: ModelName[] = ['resnet20', 'densenet121', 'mobilenet-v3-small', 'efficientnet-b0'];

  test.each(small)('such as %s answers for as many classes as it is asked', (name) => {
    const images = formulaNumbers(0, [2, 3, 64, 64]);
    const { trunk, head } = catalog[name];
    const made = trunk().eval();
    for (const classes of [2, 7]) {
      const layers = head?.(made.outChannels, classes) ?? {};
      expect(new Classifier(made, layers).eval().forward(images).shape).toEqual([2, classes]);
    }
  });

  test.each(small)(
    'such as %s answers the same again, and after its weights were saved',
    (name) => {
      const folder = mkdtempSync(join(tmpdir(), 'ocelli-weights-'));
      const images = formulaNumbers(0, [2, 3, 64, 64]);
      const [saved, loaded] = [1, 2].map(() => createModel(name, { numClasses: 3 }).eval());
      if (saved === undefined || loaded === undefined) throw new Error('internal: two were made.');
      const answer = answerOf(saved, images).toArray();
      writeSafetensors(join(folder, 'weights.safetensors'), saved.stateDict());
      expect(answerOf(loaded, images).toArray()).not.toEqual(answer);
      loaded.loadStateDict(readSafetensors(join(folder, 'weights.safetensors')));
      rmSync(folder, { recursive: true });
      expect(answerOf(loaded, images).toArray()).toEqual(answer);
      expect(answerOf(saved, images).toArray()).toEqual(answer);
    },
  );

  test('has a name of its own in the catalog, and no more', () => {
    expect(Object.keys(catalog)).toEqual([...classifierNames, ...personSystemNames]);
  });
});
