import { describe, expect, it } from 'vitest';

import { empty, zeros } from '../../src/create.ts';
import { OptionError, ShapeError } from '../../src/errors.ts';
import {
  constant,
  kaimingNormal,
  kaimingUniform,
  normal,
  type RandomInitOptions,
  uniform,
  uniformFanIn,
  xavierNormal,
  xavierUniform,
} from '../../src/nn/init.ts';
import { dirac, orthogonal, truncNormal } from '../../src/nn/structuredInit.ts';
import { Generator, manualSeed } from '../../src/random.ts';
import type { Tensor } from '../../src/tensor.ts';
import { expectClose, readCases, role } from './fixture.ts';

/** The seed of `make_fixtures.py`. */
const initSeed = 7;

const nonlinearities = ['linear', 'sigmoid', 'tanh', 'relu', 'selu'] as const;

const initCases: Readonly<Record<string, (tensor: Tensor) => Tensor>> = {
  kaimingUniform: (t) => kaimingUniform(t),
  'kaimingUniform a': (t) => kaimingUniform(t, { a: 0.5 }),
  'kaimingUniform fanOut relu': (t) => kaimingUniform(t, { mode: 'fanOut', nonlinearity: 'relu' }),
  kaimingNormal: (t) => kaimingNormal(t),
  'kaimingNormal fanOut': (t) => kaimingNormal(t, { mode: 'fanOut' }),
  ...Object.fromEntries(
    nonlinearities.map((nonlinearity) => [
      `kaimingNormal ${nonlinearity}`,
      (t: Tensor) => kaimingNormal(t, { nonlinearity }),
    ]),
  ),
  xavierUniform: (t) => xavierUniform(t),
  'xavierUniform gain': (t) => xavierUniform(t, { gain: 2 }),
  xavierNormal: (t) => xavierNormal(t),
  'xavierNormal gain': (t) => xavierNormal(t, { gain: 0.5 }),
  uniformFanIn: (t) => uniformFanIn(t),
  'uniformFanIn given': (t) => uniformFanIn(t, { fanIn: 12 }),
  uniform: (t) => uniform(t, { from: -2, to: 3 }),
  normal: (t) => normal(t, { mean: 1, std: 0.5 }),
  truncNormal: (t) => truncNormal(t),
  'truncNormal options': (t) => truncNormal(t, { mean: 1, std: 0.5, a: 0.8, b: 1.5 }),
  orthogonal: (t) => orthogonal(t),
  'orthogonal wide': (t) => orthogonal(t, { gain: 2 }),
  dirac: (t) => dirac(t),
  'dirac groups': (t) => dirac(t, { groups: 2 }),
  constant: (t) => constant(t, 0.3),
};

const cases = readCases('init.safetensors');

it('has the cases that are compared here, and no other', () => {
  expect([...cases.keys()].sort()).toEqual(Object.keys(initCases).sort());
});

it.each(Object.entries(initCases))('%s draws the numbers of PyTorch', (name, fill) => {
  const fixture = cases.get(name);
  if (fixture === undefined) throw new Error(`no case ${name}`);
  const expected = role(fixture, '');
  manualSeed(initSeed);
  const tensor = empty(expected.shape);
  expect(fill(tensor)).toBe(tensor);
  expectClose(tensor, expected, name);
});

const drawing: Readonly<Record<string, (tensor: Tensor, options: RandomInitOptions) => Tensor>> = {
  kaimingUniform,
  kaimingNormal,
  xavierUniform,
  xavierNormal,
  uniformFanIn,
  uniform,
  normal,
  truncNormal,
  orthogonal,
};

describe.each(Object.entries(drawing))('%s', (_, fill) => {
  const drawn = (options: RandomInitOptions) => fill(empty([6, 4]), options).toTypedArray();

  it('draws from the generator it is given, and leaves the default one alone', () => {
    manualSeed(3);
    const untouched = drawn({});
    manualSeed(3);
    const given = drawn({ generator: new Generator({ seed: 4 }) });
    expect(drawn({})).toEqual(untouched);
    expect(given).not.toEqual(untouched);
    expect(drawn({ generator: new Generator({ seed: 4 }) })).toEqual(given);
  });

  it('fills parameters without being recorded', () => {
    const leaf = empty([6, 4], { requiresGrad: true });
    expect(fill(leaf, {}).isLeaf).toBe(true);
  });
});

describe('orthogonal', () => {
  it.each([
    [[5, 3], 3],
    [[3, 2, 2, 2], 3],
  ])('gives %j orthonormal rows or columns, whichever are fewer', (shape, fewer) => {
    const matrix = orthogonal(empty(shape)).reshape([shape[0] ?? 0, -1]);
    const product = shape[0] === 5 ? matrix.t().mm(matrix) : matrix.mm(matrix.t());
    for (const [row, values] of (product.toArray() as number[][]).entries()) {
      expect(values.length).toBe(fewer);
      for (const [column, value] of values.entries()) {
        expect(value).toBeCloseTo(row === column ? 1 : 0, 5);
      }
    }
  });
});

describe('truncNormal', () => {
  it('never leaves its bounds, though the inverse of the distribution is rounded', () => {
    manualSeed(1);
    const drawn = truncNormal(empty([10_000]), { a: 1, b: 1.00001 });
    expect(drawn.min().item()).toBe(1);
    expect(drawn.max().item()).toBeLessThanOrEqual(Math.fround(1.00001));
  });
});

describe('dirac', () => {
  it('lets a convolution pass its input on', () => {
    const weight = dirac(zeros([2, 2, 3, 3]));
    expect(weight.select(0, 1).toArray()).toEqual([
      [
        [0, 0, 0],
        [0, 0, 0],
        [0, 0, 0],
      ],
      [
        [0, 0, 0],
        [0, 1, 0],
        [0, 0, 0],
      ],
    ]);
  });
});

it.each([
  [
    () => kaimingUniform(empty([3])),
    new ShapeError('kaimingUniform: expected tensor to have 2 dimensions or more, got (3).'),
  ],
  [
    () => kaimingNormal(empty([3, 2]), { a: 1, nonlinearity: 'relu' }),
    new OptionError(
      "kaimingNormal: expected a to be left out unless nonlinearity is 'leakyRelu', got 1.",
    ),
  ],
  [
    () => kaimingNormal(empty([3, 2]), { mode: 'fanout' as 'fanOut' }),
    new OptionError(
      'kaimingNormal: expected mode to be one of fanIn, fanOut, got "fanout". Did you mean "fanOut"?',
    ),
  ],
  [
    () => truncNormal(empty([3]), { a: 1, b: 1 }),
    new OptionError('truncNormal: expected b to be a number above a (1), got 1.'),
  ],
  [
    () => dirac(empty([3, 2])),
    new ShapeError('dirac: expected tensor to be 4-dimensional, got (3, 2).'),
  ],
  [
    () => dirac(empty([3, 2, 3, 3]), { groups: 2 }),
    new OptionError('dirac: expected groups to be a divisor of 3, got 2.'),
  ],
  [
    () => orthogonal(empty([3])),
    new ShapeError('orthogonal: expected tensor to be 2 dimensions or more, got (3).'),
  ],
  [
    () => uniform(empty([3]), { from: 1, to: 0 }),
    new OptionError('uniform: expected to to be a number of at least 1, got 0.'),
  ],
])('refuses what cannot be meant (%#)', (call, error) => {
  expect(call).toThrow(error);
});
