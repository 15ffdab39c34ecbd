import { describe, expect, it } from 'vitest';

import { type Case, expectClose, expectGradients, leafOf, numbered, readCases } from './fixture.ts';
import { lossCases } from './lossCases.ts';
import type { Compute } from './methodCases.ts';
import { operatorCases } from './operatorCases.ts';

function expectParity(fixture: Case, compute: Compute): void {
  const inputs = numbered(fixture, 'in').map(leafOf);
  const result = compute(...inputs);
  const outputs = Array.isArray(result) ? result : [result];
  const expected = numbered(fixture, 'out');
  expect(outputs.length, 'number of outputs').toBe(expected.length);
  for (const [index, value] of expected.entries()) {
    expectClose(outputs[index] ?? value, value, `out${index}`);
  }
  expectGradients(fixture, outputs, new Map(inputs.map((leaf, index) => [`grad${index}`, leaf])));
}

describe.each([
  { file: 'operators.safetensors', table: operatorCases },
  { file: 'losses.safetensors', table: lossCases as Readonly<Record<string, Compute>> },
])('$file', ({ file, table }) => {
  const cases = readCases(file);

  it('has the cases that are compared here, and no other', () => {
    const names = new Set([...cases.keys()].map((name) => name.split('|')[0]));
    expect([...names].sort()).toEqual(Object.keys(table).sort());
  });

  it.each([...cases.keys()])('%s is as in PyTorch, with its gradients', (name) => {
    const compute = table[name.split('|')[0] ?? ''];
    const fixture = cases.get(name);
    if (compute === undefined || fixture === undefined) throw new Error(`no case ${name}`);
    expectParity(fixture, compute);
  });
});
