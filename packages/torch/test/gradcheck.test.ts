import { describe, expect, it } from 'vitest';

import { grad, noGrad } from '../src/autograd.ts';
import { fromTypedArray, randn } from '../src/create.ts';
import { isFloatingPoint } from '../src/dtype.ts';
import { scope } from '../src/memory.ts';
import { Generator, manualSeed } from '../src/random.ts';
import type { Tensor } from '../src/tensor.ts';
import { numbered, readCases, role } from './parity/fixture.ts';
import { layerCases } from './parity/layerCases.ts';
import { lossCases } from './parity/lossCases.ts';
import type { Compute } from './parity/methodCases.ts';
import { operatorCases } from './parity/operatorCases.ts';

// Gradients against central differences in double precision. With a step of 1e-6 the difference is
// wrong by about 1e-12 for being finite and by 1e-16 / 1e-6 for rounding, times the values at hand.
const step = 1e-6;
const bound = 1e-6;
const mostPositions = 24;

/** Cases whose gradient is not the limit of differences, each with the reason. */
const exceptions: Readonly<Record<string, string>> = {
  cholesky: 'libtorch gives the gradient over symmetric matrices, a difference moves one element',
  'maxPool2d of ties': 'no gradient exists at a tie',
  'globalMaxPool of ties': 'no gradient exists at a tie',
  nanToNum: 'the input is not finite',
  'nanToNum options': 'the input is not finite',
  isInf: 'the input is not finite',
  'softmax of great numbers': 'saturated: a step is multiplied by 10,000',
  'crossEntropy of great logits': 'saturated: a step is multiplied by 10,000',
  'crossEntropy of nothing': 'the mean of nothing is not a number',
};

/** The memory that a leaf shares with the test, so that one element can be moved. */
interface Movable {
  readonly values: Float64Array;
  readonly leaf: Tensor;
}

function inDouble(tensor: Tensor): Tensor {
  return isFloatingPoint(tensor.dtype) ? tensor.to({ dtype: 'float64' }) : tensor;
}

function isGradient(role: string): boolean {
  return role.startsWith('grad');
}

function movable(tensor: Tensor): Movable {
  const values = Float64Array.from(inDouble(tensor).toTypedArray(), Number);
  return { values, leaf: fromTypedArray(values, tensor.shape).requiresGrad_() };
}

/** A parameter has memory of its own, so its values are moved beside it and brought up to date. */
function ofParameter(parameter: Tensor): Movable {
  return { values: Float64Array.from(parameter.toTypedArray(), Number), leaf: parameter };
}

function bringUp({ values, leaf }: Movable): void {
  noGrad(() => leaf.copy_(fromTypedArray(values, leaf.shape)));
}

/** `Σ outputs · cotangents`, with cotangents that are the same in every call. */
function weightedSum(outputs: Tensor[]): Tensor {
  const generator = new Generator({ seed: 5 });
  const terms = outputs
    .filter((output) => isFloatingPoint(output.dtype))
    .map((output) => output.mul(randn(output.shape, { dtype: 'float64', generator })).sum());
  return terms.reduce((sum, term) => sum.add(term), fromTypedArray(new Float64Array(1), []));
}

function expectDerivatives(inputs: readonly Movable[], compute: () => Tensor[]): void {
  const total = weightedSum(compute());
  const leaves = inputs.map(({ leaf }) => leaf);
  const gradients = grad(total, leaves, { allowUnused: true });
  const value = () => scope(() => noGrad(() => weightedSum(compute()).item()));
  for (const [index, { values }] of inputs.entries()) {
    const analytic = gradients[index]?.toTypedArray();
    for (const position of spread(values.length)) {
      const numeric = difference(values, position, value);
      const got = Number(analytic?.[position] ?? 0);
      const close = Math.abs(got - numeric) <= bound * (1 + Math.abs(numeric));
      expect(close, `input ${index}[${position}]: expected ${numeric}, got ${got}`).toBe(true);
    }
  }
}

/** Positions evenly over a tensor, all of a small one: a mistake rarely keeps to one element. */
function spread(length: number): number[] {
  const count = Math.min(length, mostPositions);
  return Array.from({ length: count }, (_, k) => Math.floor((k * length) / count));
}

function difference(values: Float64Array, position: number, value: () => number): number {
  const at = values[position] ?? NaN;
  values[position] = at + step;
  const above = value();
  values[position] = at - step;
  const below = value();
  values[position] = at;
  return (above - below) / (2 * step);
}

describe.each([
  { family: 'operators', table: operatorCases },
  { family: 'losses', table: lossCases as Readonly<Record<string, Compute>> },
])('$family', ({ family, table }) => {
  const fixtures = readCases(`${family}.safetensors`);
  const fixtureOf = (name: string) =>
    fixtures.get(`${name}|float32`) ?? fixtures.get(`${name}|float64`) ?? new Map<string, Tensor>();
  const names = Object.keys(table).filter(
    (name) => !(name in exceptions) && [...fixtureOf(name).keys()].some(isGradient),
  );

  it.each(names)('%s has the gradient of finite differences', (name) => {
    const compute = table[name];
    if (compute === undefined) throw new Error(`no case ${name}`);
    const given = numbered(fixtureOf(name), 'in').map(inDouble);
    const moved = given.flatMap((input, index) =>
      fixtureOf(name).has(`grad${index}`) ? [[index, movable(input)] as const] : [],
    );
    const leaves = new Map(moved);
    const inputs = given.map((input, index) => leaves.get(index)?.leaf ?? input);
    expectDerivatives([...leaves.values()], () => {
      const result = compute(...inputs);
      return Array.isArray(result) ? result : [result];
    });
  });
});

describe('layers', () => {
  const fixtures = readCases('layers.safetensors');

  it.each(Object.keys(layerCases))('%s has the gradients of finite differences', (name) => {
    const [make, fixture] = [layerCases[name], fixtures.get(name)];
    if (make === undefined || fixture === undefined) throw new Error(`no case ${name}`);
    manualSeed(1);
    const module = make().to({ dtype: 'float64' });
    const images = movable(role(fixture, 'in0'));
    const parameters = module.parameters().map(ofParameter);
    expectDerivatives([images, ...parameters], () => {
      parameters.forEach(bringUp);
      manualSeed(2);
      return [module.forward(images.leaf)];
    });
  });
});
