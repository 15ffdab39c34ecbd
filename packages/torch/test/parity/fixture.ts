import { fileURLToPath } from 'node:url';
import { expect } from 'vitest';

import { grad } from '../../src/autograd.ts';
import { type DType, isFloatingPoint } from '../../src/dtype.ts';
import { readSafetensors, readSafetensorsHeader } from '../../src/safetensors/readSafetensors.ts';
import type { Tensor } from '../../src/tensor.ts';
import { setNumThreads } from '../../src/threads.ts';

// Tensors this small only lose by being shared among threads.
setNumThreads(1);

/** The tensors of one case by role: `in0`, `out0`, `cot0`, `grad0`, `init/weight`, … */
export type Case = ReadonlyMap<string, Tensor>;

/** Cases of a file that `fixtures/make_fixtures.py` wrote with PyTorch, by name. */
export function readCases(file: string): Map<string, Case> {
  const cases = new Map<string, Map<string, Tensor>>();
  for (const [key, value] of readSafetensors(pathOf(file))) {
    const slash = key.indexOf('/');
    const [name, role] = slash < 0 ? [key, ''] : [key.slice(0, slash), key.slice(slash + 1)];
    const roles = cases.get(name) ?? new Map<string, Tensor>();
    cases.set(name, roles.set(role, value));
  }
  return cases;
}

/** The JSON that the script wrote about each case. */
export function readFacts(file: string): Map<string, unknown> {
  const { metadata } = readSafetensorsHeader(pathOf(file));
  return new Map([...metadata].map(([name, text]) => [name, JSON.parse(text) as unknown]));
}

function pathOf(file: string): string {
  return fileURLToPath(new URL(`../fixtures/${file}`, import.meta.url));
}

/** The tensor of a role, which must be there. */
export function role(fixture: Case, name: string): Tensor {
  const found = fixture.get(name);
  if (found === undefined) throw new Error(`the fixture has no ${name}`);
  return found;
}

/** `in0`, `in1`, … as long as there are any. */
export function numbered(fixture: Case, prefix: string): Tensor[] {
  const all: Tensor[] = [];
  for (
    let found = fixture.get(`${prefix}0`);
    found;
    found = fixture.get(`${prefix}${all.length}`)
  ) {
    all.push(found);
  }
  return all;
}

/**
 * How far a value may be from PyTorch's: `bound · (1 + |expected|)`. Where libtorch is the one that
 * wrote the fixtures the difference is 0; other versions and processors sum up in another order. Types of
 * 16 bits are also rounded in between, on some processors before a bias is added and on others after it: there
 * the largest of the expected values stands for each.
 */
const bounds: Partial<Record<DType, number>> = {
  float64: 1e-11, // 2^-53 of rounding, over sums of at most some hundred terms and small inverses
  float32: 1e-5, // 2^-24, likewise
  float16: 2e-3, // two steps of 2^-10
  bfloat16: 1.6e-2, // two steps of 2^-7
};

/** Expects the same type, the same shape and, within {@link bounds}, the same values. */
export function expectClose(actual: Tensor, expected: Tensor, what: string): void {
  expect(actual.dtype, `type of ${what}`).toBe(expected.dtype);
  expect(actual.shape, `shape of ${what}`).toEqual(expected.shape);
  const [got, wanted] = [actual.toTypedArray(), expected.toTypedArray()];
  const bound = bounds[expected.dtype] ?? 0;
  const isShort = expected.dtype === 'bfloat16' || expected.dtype === 'float16';
  const largest = isShort ? Math.max(0, ...Array.from(wanted, Number).map(Math.abs)) : 0;
  const wrong = wanted.findIndex((value: number | bigint, index: number) => {
    const [a, b] = [Number(got[index]), Number(value)];
    return !(Object.is(a, b) || Math.abs(a - b) <= bound * (1 + Math.max(largest, Math.abs(b))));
  });
  const difference = `${what}[${wrong}]: expected ${wanted[wrong]}, got ${got[wrong]}`;
  expect(wrong, difference).toBe(-1);
}

/** Expects the gradients of Σ outputs · cotangents to be those that the fixture holds. */
export function expectGradients(
  fixture: Case,
  outputs: readonly Tensor[],
  leaves: ReadonlyMap<string, Tensor>,
): void {
  const chosen = outputs.flatMap((output, index) => {
    const cotangent = fixture.get(`cot${index}`);
    return cotangent === undefined ? [] : [{ output, cotangent }];
  });
  const wanted = [...leaves].filter(([, leaf]) => leaf.requiresGrad);
  if (chosen.length === 0) return;
  const gradients = grad(
    chosen.map(({ output }) => output),
    wanted.map(([, leaf]) => leaf),
    { gradOutputs: chosen.map(({ cotangent }) => cotangent), allowUnused: true },
  );
  for (const [index, [name]] of wanted.entries()) {
    const [gradient, expected] = [gradients[index], fixture.get(name)];
    expect(gradient === undefined, `${name} is there`).toBe(expected === undefined);
    if (gradient && expected) expectClose(gradient, expected, name);
  }
}

/** A copy of an input that records gradients if it can have any. */
export function leafOf(input: Tensor): Tensor {
  return input.clone().requiresGrad_(isFloatingPoint(input.dtype));
}
