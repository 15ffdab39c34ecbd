import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import {
  cat,
  manualSeed,
  type Module,
  noGrad,
  scope,
  setNumThreads,
  tensor,
  Tensor,
} from '@ocelli/torch';
import { beforeAll, expect, test, vi } from 'vitest';
import { catalog, createModel } from '../src/models/catalog.ts';
import { countParameters } from '../src/models/countParameters.ts';
import { type ModelName, personSystemNames } from '../src/models/modelNames.ts';
import { fillByFormula, formulaNumbers } from './formulaWeights.ts';

// The numbers are those of torchvision and timm, see fixtures/make_models.py; of networks that neither has,
// those of PyTorch on the same layers, see fixtures/make_own_models.py.

interface Published {
  readonly side: number;
  /** Learned numbers: with 1000 classes, or of our own networks with ten, or with the heads below. */
  readonly parameters: number;
  /** The first eight logits of two pictures; of a trunk, channel means of its feature map. */
  readonly logits: readonly number[][];
  /** SHA-256 of one line `key [shape]` an entry of the state dict. */
  readonly keys?: string;
  /** SHA-256 of one line `[shape]` an entry, of a network without published keys. */
  readonly shapes?: string;
}

const ownHeads = { gender: 2, age: 5 };

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

beforeAll(() => setNumThreads(1)); // the work is small, and other tests run beside it

test.each(Object.entries(fixture('models.json')))(
  '%s: keys, count and logits are those of the published network, and all of it learns',
  (name, published) => {
    const isTrunk = name.endsWith('-trunk');
    expectContract(publishedPart(name), published, isTrunk ? {} : { classes: 1000 });
  },
);

test.each(Object.entries(fixture('own_models.json')))(
  '%s: shapes, count and logits are those of the same layers in PyTorch, and all of it learns',
  (name, published) => {
    const isSystem = personSystemNames.some((one) => one === name);
    const answer = isSystem ? { heads: ownHeads } : { numClasses: 10 };
    const channels = name === 'mnist-net' ? 1 : 3;
    const classes = isSystem ? ownHeads.gender + ownHeads.age : 10;
    expectContract(createModel(name, answer), published, { channels, classes });
  },
);

function fixture(name: string): Record<string, Published> {
  const path = new URL(`./fixtures/${name}`, import.meta.url);
  return JSON.parse(readFileSync(path, 'utf8')) as Record<string, Published>;
}

/** A network for 1000 classes, or its trunk where only that is on record. */
function publishedPart(name: string): AnyModel {
  if (!name.endsWith('-trunk')) return createModel(name, { numClasses: 1000 });
  return catalog[name.slice(0, -'-trunk'.length) as ModelName].trunk();
}

type AnyModel = Module<Tensor, Tensor | Readonly<Record<string, Tensor>>>;

function expectContract(
  model: AnyModel,
  published: Published,
  { channels = 3, classes }: { readonly channels?: number; readonly classes?: number },
): void {
  const { side, parameters, keys, shapes, logits } = published;
  expect(countParameters(model).trainable).toBe(parameters);
  const line = (key: string, shape: string): string =>
    keys === undefined ? shape : `${key} ${shape}`;
  expect(digest(model, line)).toBe(keys ?? shapes);
  scope(() => {
    fillByFormula(model.eval());
    const images = formulaNumbers(0, [2, channels, side, side]).mul(3);
    const answer = noGrad(() => answerOf(model, images));
    if (classes !== undefined) expect(answer.shape).toEqual([2, classes]);
    expect(furthest(answer.narrow(1, 0, logits[0]?.length ?? 0), logits)).toBeLessThan(1e-4);
    expect(withoutGradient(model, images)).toEqual([]);
  });
}

/** Logits, those of all heads side by side, or channel means. */
function answerOf(model: AnyModel, images: Tensor): Tensor {
  const output = model.forward(images);
  const answer = output instanceof Tensor ? output : cat(Object.values(output), 1);
  return answer.dim === 4 ? answer.mean([2, 3]) : answer;
}

/** Largest difference, as a share of the largest number expected. */
function furthest(answer: Tensor, expected: readonly number[][]): number {
  const largest = Math.max(...expected.flat().map(Math.abs));
  return Number(answer.sub(tensor(expected)).abs().max().item()) / largest;
}

function digest(model: AnyModel, line: (key: string, shape: string) => string): string {
  const lines = [...model.stateDict()].map(
    ([key, { shape }]) => `${line(key, `[${shape.join(',')}]`)}\n`,
  );
  return createHash('sha256').update(lines.join('')).digest('hex');
}

/** Keys of the parameters that a step of training does not reach. */
function withoutGradient(model: AnyModel, images: Tensor): string[] {
  manualSeed(1);
  const output = answerOf(model.train(), images);
  output.mul(output).sum().backward();
  return model
    .namedParameters()
    .filter(([, { grad }]) => grad === undefined || grad.norm().item() === 0)
    .map(([key]) => key);
}
