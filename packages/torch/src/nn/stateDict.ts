import { noGrad } from '../autograd.ts';
import { CheckpointError } from '../errors.ts';
import type { Tensor } from '../tensor.ts';

/** Names and values of a model's parameters and persistent buffers, in PyTorch's order. */
export type StateDict = Map<string, Tensor>;

/** What did not fit when a state dict was loaded; three empty lists when everything did. */
export interface LoadReport {
  /** Keys the model has and the state dict lacks. */
  missing: string[];
  /** Keys the state dict has and the model lacks. */
  unexpected: string[];
  /** Keys both have, with different shapes. */
  mismatched: { key: string; expected: readonly number[]; got: readonly number[] }[];
}

/** Compares a state dict with the one a model has, without changing either. */
export function compareState(own: StateDict, given: ReadonlyMap<string, Tensor>): LoadReport {
  const report: LoadReport = { missing: [], unexpected: [], mismatched: [] };
  for (const [key, { shape }] of own) {
    const got = given.get(key)?.shape;
    if (got === undefined) report.missing.push(key);
    else if (!sameShape(shape, got)) report.mismatched.push({ key, expected: shape, got });
  }
  for (const key of given.keys()) if (!own.has(key)) report.unexpected.push(key);
  return report;
}

/** Copies into `own` every value of `given` that fits it; types and devices are converted. */
export function copyState(own: StateDict, given: ReadonlyMap<string, Tensor>): void {
  noGrad(() => {
    for (const [key, target] of own) {
      const value = given.get(key);
      if (value !== undefined && sameShape(target.shape, value.shape)) target.copy_(value);
    }
  });
}

/** Throws one error that lists everything that does not fit; returns if everything does. */
export function refuseMismatches(report: LoadReport): void {
  const problems = [
    ...report.mismatched.map(
      ({ key, expected, got }) =>
        `expected ${key} to be ${shapeInWords(expected)}, got ${shapeInWords(got)}`,
    ),
    ...listed('missing', report.missing),
    ...listed('unexpected', report.unexpected),
  ];
  if (problems.length === 0) return;
  const remedy = 'Nothing was loaded; pass { strict: false } to load what fits.';
  throw new CheckpointError(`loadStateDict: ${problems.join('; ')}. ${remedy}`);
}

function listed(kind: string, keys: readonly string[]): string[] {
  return keys.length === 0 ? [] : [`${kind}: ${keys.join(', ')}`];
}

function sameShape(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((extent, dim) => extent === b[dim]);
}

function shapeInWords(shape: readonly number[]): string {
  return `(${shape.join(', ')})`;
}
