import { createHash } from 'node:crypto';
import { closeSync, openSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import {
  BatchNorm2d,
  cat,
  Dropout,
  type Module,
  noGrad,
  readSafetensors,
  scope,
  tensor,
  Tensor,
  writeSafetensors,
} from '@ocelli/torch';
import { beforeAll, describe, expect, test, vi } from 'vitest';
import { catalog, createModel } from '../src/models/catalog.ts';
import { Classifier } from '../src/models/classifier.ts';
import { countParameters } from '../src/models/countParameters.ts';
import { type ModelName, modelNames, personSystemNames } from '../src/models/modelNames.ts';
import { MultiHead } from '../src/models/multiHead.ts';
import { StochasticDepth } from '../src/models/stochasticDepth.ts';
import type { Trunk } from '../src/models/trunk.ts';
import type * as operators from '../../torch/src/operator.ts';
import { temporaryFolder } from './dataTree.ts';
import { fillByFormula, formulaNumbers } from './formulaWeights.ts';
import { onnxFormsOf } from './onnxOperators.ts';

// What holds for every network of the catalog. Numbers to compare with are those of torchvision and timm, see
// fixtures/make_models.py; of networks that neither has, those of PyTorch on the same layers, see
// fixtures/make_own_models.py. Pictures are as small as the network allows.

interface Published {
  readonly side: number;
  /** Added to the numbers of the entries in the formula, where they would make a layer dead. @default 0 */
  readonly shift?: number;
  /**
   * Which statistics batch norms take for the logits: with the formula's own, some networks would answer nearly
   * the same to every picture, whatever their layers do. @default 'running'
   */
  readonly statistics?: 'batch';
  /** Learned numbers: with 1000 classes, or of our own networks with ten, or with the heads below. */
  readonly parameters: number;
  /** Logits of two pictures, the first eight of many. */
  readonly logits: readonly number[][];
  /** SHA-256 of one line `key [shape]` an entry of the state dict. */
  readonly keys?: string;
  /** SHA-256 of one line `[shape]` an entry, of a network without published keys. */
  readonly shapes?: string;
}

const ofCatalogs = fixture('models.json');
const published: Readonly<Record<string, Published>> = {
  ...ofCatalogs,
  ...fixture('own_models.json'),
};

// What ran before this file has loaded the library as it is; here parts of it are others.
vi.hoisted(() => void vi.resetModules());

const ownHeads = { gender: 2, age: 5 };
/** Another number of classes than any network is built for here. */
const otherClasses = 3;

// The formula overwrites every weight: drawing hundreds of millions of numbers first would take most of
// the time. How layers begin is for other tests to say.
const asItIs = vi.hoisted(
  () =>
    (tensor: Tensor): Tensor =>
      tensor,
);
vi.mock('../../torch/src/nn/init.ts', async (original) => {
  const drawn = ['kaimingUniform', 'kaimingNormal', 'uniformFanIn', 'uniform', 'normal'];
  return {
    ...(await original<object>()),
    ...Object.fromEntries(drawn.map((name) => [name, asItIs])),
  };
});
vi.mock('../../torch/src/nn/structuredInit.ts', async (original) => ({
  ...(await original<object>()),
  truncNormal: asItIs,
}));

// Files are read back at once and removed: nothing is gained by waiting until they are on the disk.
vi.mock('../../torch/src/safetensors/replaceFile.ts', () => ({
  replaceFile(path: string, write: (descriptor: number) => void) {
    const descriptor = openSync(path, 'w');
    write(descriptor);
    closeSync(descriptor);
  },
}));

/**
 * Operators that were called, by name, adaptive pools with the size of what they give: not of every size are
 * they known elsewhere. Every call passes the function that `bind` makes.
 */
const called = vi.hoisted(() => new Set<string>());
vi.mock('../../torch/src/operator.ts', async (original) => {
  const actual = await original<typeof operators>();
  const bind: typeof actual.bind = (operator, wrap) => {
    const call = actual.bind(operator, wrap);
    const [name = ''] = /^[\w:]+/.exec(operator.schema) ?? [];
    return (...args) => {
      called.add(name.includes('::adaptive_') ? `${name} to ${args[1]}` : name);
      return call(...args) as unknown;
    };
  };
  return { ...actual, bind };
});

const folder = temporaryFolder();

test('every network of the catalog has a name and numbers on record, and nothing else has', () => {
  expect(Object.keys(catalog)).toEqual([...modelNames]);
  expect(Object.keys(published).toSorted()).toEqual([...modelNames].toSorted());
});

test('an operator that ONNX has not, or only later, is found out', () => {
  expect(onnxFormsOf('aten::median', 17)).toEqual([]);
  expect([16, 17].map((opset) => onnxFormsOf('aten::layer_norm', opset))).toEqual([
    [],
    ['LayerNormalization'],
  ]);
  expect(onnxFormsOf('ocelli::conv3x3', 17)).toEqual(['Conv']);
});

describe.each(modelNames)('%s', (name) => {
  const expected = published[name] as Published; // as the test above says
  let found: Findings;
  beforeAll(() => (found = scope(() => findingsOf(name, expected))));

  test('has the published size and keys', () => {
    expect(found.parameters).toBe(expected.parameters);
    expect(found.digest).toBe(expected.keys ?? expected.shapes);
  });

  test('answers as PyTorch does with the same weights', () => {
    // Statistics of a batch magnify rounding in deep networks: see fixtures/make_models.py.
    const [least, most] = expected.statistics === 'batch' ? [0.1, 1e-2] : [1e-3, 1e-4];
    const [one, other] = expected.logits;
    const largest = Math.max(...expected.logits.flat().map(Math.abs));
    const apart = one?.map((logit, index) => Math.abs(logit - (other?.[index] ?? NaN))) ?? [];
    expect(Math.max(...apart) / largest).toBeGreaterThan(least); // else no layer but the last would matter
    expect(found.furthest / largest).toBeLessThan(most);
  });

  test('answers for as many classes as it is asked', () => {
    expect(found.shapes).toEqual([
      [2, classesOf(name)],
      [2, otherClasses],
    ]);
  });

  test('answers the same again, and after its weights were saved and loaded', () => {
    expect(found.again).toEqual(found.answer);
    expect(found.loaded).toEqual(found.answer);
  });

  test('learns in every parameter', () => {
    expect(found.withoutGradient).toEqual([]);
  });

  test('computes with operators that ONNX has', () => {
    expect(found.operators).not.toEqual([]);
    expect(found.operators.filter((operator) => onnxFormsOf(operator, 17).length === 0)).toEqual(
      [],
    );
  });
});

function fixture(name: string): Record<string, Published> {
  const path = new URL(`./fixtures/${name}`, import.meta.url);
  return JSON.parse(readFileSync(path, 'utf8')) as Record<string, Published>;
}

type AnyModel = Module<Tensor, Tensor | Readonly<Record<string, Tensor>>>;

/** What a network turned out to be; no tensors. */
interface Findings {
  readonly parameters: number;
  readonly digest: string;
  /** Largest difference from the published logits. */
  readonly furthest: number;
  /** Of the answer, and of one for other classes. */
  readonly shapes: readonly (readonly number[])[];
  readonly answer: Float32Array;
  readonly again: Float32Array;
  /** After all of it was lost, and read from a file. */
  readonly loaded: Float32Array;
  readonly withoutGradient: readonly string[];
  readonly operators: readonly string[];
}

function findingsOf(name: ModelName, expected: Published): Findings {
  const { side, shift, logits, keys } = expected;
  const model = networkOf(name);
  fillByFormula(model.eval(), shift);
  const images = formulaNumbers(0, [2, name === 'mnist-net' ? 1 : 3, side, side]).mul(3);
  const compared = logitsBy(expected.statistics, model, images);
  called.clear();
  const output = noGrad(() => model.forward(images));
  const operators = [...called];
  const answer = joined(output);
  const asked = (): Float32Array => numbersIn(noGrad(() => joined(model.forward(images))));
  const again = asked();
  const other = noGrad(() => joined(forOtherClasses(name, model.trunk).eval().forward(images)));
  const path = join(folder, `${name}.safetensors`);
  writeSafetensors(path, model.stateDict());
  const unreached = withoutGradient(model, images);
  noGrad(() => {
    for (const value of model.stateDict().values()) value.zero_();
  });
  model.eval().loadStateDict(readSafetensors(path));
  rmSync(path);
  const first = compared.narrow(1, 0, logits[0]?.length ?? 0);
  return {
    parameters: countParameters(model).trainable,
    digest: digest(model, keys !== undefined),
    furthest: Number(first.sub(tensor(logits)).abs().max().item()),
    shapes: [answer.shape, other.shape],
    answer: numbersIn(answer),
    again,
    loaded: asked(),
    withoutGradient: unreached,
    operators,
  };
}

/** Of a model in evaluation, which it is in afterwards as well. */
function logitsBy(statistics: 'batch' | undefined, model: AnyModel, images: Tensor): Tensor {
  const norms = (training: boolean) => (module: object) =>
    void (module instanceof BatchNorm2d && module.train(training));
  model.apply(norms(statistics === 'batch'));
  const logits = noGrad(() => joined(model.forward(images)));
  model.apply(norms(false));
  return logits;
}

const isPersonSystem = (name: ModelName): boolean => personSystemNames.some((one) => one === name);

/** For as many classes as the published numbers are of. */
function networkOf(name: ModelName): AnyModel & { readonly trunk: Trunk } {
  const answer = isPersonSystem(name) ? { heads: ownHeads } : { numClasses: classesOf(name) };
  return createModel(name, answer) as AnyModel & { readonly trunk: Trunk }; // whichever kind it is
}

function classesOf(name: ModelName): number {
  if (isPersonSystem(name)) return ownHeads.gender + ownHeads.age;
  return name in ofCatalogs ? 1000 : 10;
}

function forOtherClasses(name: ModelName, trunk: Trunk): AnyModel {
  const { head, tower } = catalog[name];
  if (head !== undefined) return new Classifier(trunk, head(trunk.outChannels, otherClasses));
  return new MultiHead({ heads: { one: otherClasses }, trunk, ...(tower && { tower }) });
}

/** Logits, those of all heads side by side. */
function joined(output: Tensor | Readonly<Record<string, Tensor>>): Tensor {
  return output instanceof Tensor ? output : cat(Object.values(output), 1);
}

const numbersIn = (answer: Tensor): Float32Array =>
  Float32Array.from(answer.toTypedArray(), Number);

function digest(model: AnyModel, hasKeys: boolean): string {
  const lines = [...model.stateDict()].map(
    ([key, { shape }]) => `${hasKeys ? `${key} ` : ''}[${shape.join(',')}]\n`,
  );
  return createHash('sha256').update(lines.join('')).digest('hex');
}

/** Keys of the parameters that shall learn and that a step of training does not reach. */
function withoutGradient(model: AnyModel, images: Tensor): string[] {
  // What is dropped at random has no gradient.
  const chance = (module: object): boolean =>
    module instanceof Dropout || module instanceof StochasticDepth;
  model.train().apply((module) => void (chance(module) && module.eval()));
  const output = joined(model.forward(images));
  output.mul(output).sum().backward();
  return model
    .namedParameters()
    .filter(([, { requiresGrad }]) => requiresGrad)
    .filter(([, { grad }]) => grad === undefined || grad.norm().item() === 0)
    .map(([key]) => key);
}
