// Optimizers against PyTorch 1.13, and Muon against its description; see make_fixtures_optim.py.
import { readFileSync } from 'node:fs';

import { describe, expect, it } from 'vitest';

import { tensor } from '../../src/create.ts';
import type { NestedNumbers } from '../../src/nestedArray.ts';
import { Adam } from '../../src/optim/adam.ts';
import { AdamW } from '../../src/optim/adamW.ts';
import { Muon } from '../../src/optim/muon.ts';
import { SGD } from '../../src/optim/sgd.ts';
import type { Tensor } from '../../src/tensor.ts';

interface Drawn {
  parameters: NestedNumbers[];
  /** By step and parameter; null where the parameter has no gradient. */
  gradients: (NestedNumbers | null)[][];
}

interface Case {
  optimizer: 'SGD' | 'Adam' | 'AdamW' | 'Muon';
  name: string;
  dtype: 'float64' | 'float32';
  /** Options of all parameters, or of each parameter's own group. */
  groups: Record<string, unknown>[];
  /** Parameters after so many steps. */
  after: Record<string, NestedNumbers[]>;
}

interface Fixture {
  plain: Drawn;
  matrices: Drawn;
  cases: Case[];
}

const fixture = JSON.parse(
  readFileSync(new URL('../fixtures/optim.json', import.meta.url), 'utf8'),
) as Fixture;

interface Stepping {
  step(): void;
  zeroGrad(): void;
}

// The fixture's options are data; that they are what each class takes is part of what is tested.
function make(name: Case['optimizer'], params: Tensor[], groups: Case['groups']): Stepping {
  const classes = { SGD, Adam, AdamW, Muon } as unknown as Record<
    string,
    new (params: unknown, options: unknown) => Stepping
  >;
  const [first, second] = groups;
  const Optimizer = classes[name] ?? expect.fail(name);
  if (second === undefined) return new Optimizer(params, first);
  const given = params.map((param, index) => ({ params: [param], ...groups[index] }));
  return new Optimizer(given, name === 'SGD' ? { lr: 1 } : {});
}

function run(
  { optimizer: name, groups, dtype }: Case,
  options: Record<string, unknown> = {},
): Case['after'] {
  const { parameters, gradients } = name === 'Muon' ? fixture.matrices : fixture.plain;
  const params = parameters.map((data) => tensor(data, { dtype, requiresGrad: true }));
  const optimizer = make(name, params, groups.map((group) => ({ ...group, ...options }))); // prettier-ignore
  const after: Case['after'] = {};
  for (const [index, step] of gradients.entries()) {
    optimizer.zeroGrad();
    for (const [i, gradient] of step.entries()) {
      if (gradient !== null) (params[i] as Tensor).grad = tensor(gradient, { dtype });
    }
    optimizer.step();
    after[index + 1] = params.map((param) => param.toArray());
  }
  return after;
}

/** Largest difference between two nested arrays of the same form. */
function difference(a: unknown, b: unknown): number {
  if (typeof a === 'number' && typeof b === 'number') return Math.abs(a - b);
  if (!Array.isArray(a) || !Array.isArray(b) || a.length !== b.length) return Infinity;
  return Math.max(0, ...a.map((element, index) => difference(element, b[index])));
}

describe.each(fixture.cases)('$optimizer, $name', (one) => {
  // The singular value decomposition of the Muon fixtures is exact to about 1e-14.
  const tolerance = one.dtype === 'float32' ? 5e-6 : 1e-11;
  const after = run(one, one.optimizer === 'Muon' ? { nsDtype: 'float64' } : {});

  it.each(Object.keys(one.after))('has PyTorch’s parameters after step %s', (step) => {
    expect(difference(after[step], one.after[step])).toBeLessThan(tolerance);
  });
});

describe('the cases', () => {
  it('differ from one another, so that an option without effect would show', () => {
    for (const name of ['SGD', 'Adam', 'AdamW', 'Muon']) {
      const results = fixture.cases
        .filter((one) => one.optimizer === name)
        .map((one) => one.after['10']);
      for (const [i, a] of results.entries()) {
        for (const b of results.slice(i + 1)) expect(difference(a, b)).toBeGreaterThan(1e-9);
      }
    }
  });
});

describe('Muon in fewer bits', () => {
  const plain = fixture.cases.find((one) => one.optimizer === 'Muon') ?? expect.fail('no case');

  it('agrees in float32 to its precision, which is not that of float64', () => {
    const error = difference(run(plain, { nsDtype: 'float32' })['10'], plain.after['10']);
    expect(error).toBeLessThan(1e-4);
    expect(error).toBeGreaterThan(1e-11);
  });

  it('agrees in bfloat16 to a few hundredths, which is not the precision of float32', () => {
    const error = difference(run(plain, { nsDtype: 'bfloat16' })['1'], plain.after['1']);
    expect(error).toBeLessThan(0.02);
    expect(error).toBeGreaterThan(1e-5);
  });
});
