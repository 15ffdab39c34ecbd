import { describe, expect, it } from 'vitest';

import { isFloatingPoint } from '../../src/dtype.ts';
import type { Module } from '../../src/nn/module.ts';
import { manualSeed } from '../../src/random.ts';
import type { Tensor } from '../../src/tensor.ts';
import {
  type Case,
  expectClose,
  expectGradients,
  leafOf,
  readCases,
  readFacts,
  role,
} from './fixture.ts';
import { layerCases } from './layerCases.ts';

/** The seeds of `make_fixtures.py`. */
const initSeed = 7;
const forwardSeed = 11;

const cases = readCases('layers.safetensors');
const facts = readFacts('layers.safetensors');

function fixtureOf(name: string): Case {
  const fixture = cases.get(name);
  if (fixture === undefined) throw new Error(`no case ${name}`);
  return fixture;
}

function built(name: string): Module {
  const make = layerCases[name];
  if (make === undefined) throw new Error(`no case ${name}`);
  manualSeed(initSeed);
  return make();
}

/** The layer with the parameters of the fixture, all of which are other than at first. */
function loaded(name: string): Module {
  const state = [...fixtureOf(name)].filter(([key]) => key.startsWith('state/'));
  const module = built(name);
  module.loadStateDict(new Map(state.map(([key, value]) => [key.slice('state/'.length), value])));
  return module;
}

/** The second of two batches in training, as in the script: some layers count batches. */
function trained(module: Module, images: Tensor): Tensor {
  manualSeed(forwardSeed);
  module.forward(images.detach().add(1));
  return module.forward(images);
}

it('has the cases that are compared here, and no other', () => {
  expect([...cases.keys()].sort()).toEqual(Object.keys(layerCases).sort());
});

describe.each(Object.keys(layerCases))('%s', (name) => {
  const fixture = fixtureOf(name);

  it('begins with the parameters of PyTorch, under its keys and in its order', () => {
    const state = built(name).stateDict();
    expect([...state.keys()]).toEqual(facts.get(name));
    for (const [key, value] of state) expectClose(value, role(fixture, `init/${key}`), key);
  });

  it('computes, learns and counts in training as in PyTorch', () => {
    const module = loaded(name);
    const images = leafOf(role(fixture, 'in0'));
    const output = trained(module, images);
    expectClose(output, role(fixture, 'out0'), 'output');
    const parameters = module.namedParameters().map(([key, p]) => [`grad/${key}`, p] as const);
    expectGradients(fixture, [output], new Map([['grad0', images], ...parameters]));
    for (const [key, buffer] of module.namedBuffers()) {
      expectClose(buffer, role(fixture, `after/${key}`), key);
    }
  });

  it('computes in evaluation as in PyTorch', () => {
    const module = loaded(name);
    trained(module, role(fixture, 'in0'));
    const output = module.eval().forward(role(fixture, 'in0'));
    expectClose(output, role(fixture, 'eval'), 'output');
  });

  it('keeps images channels-last in memory, with the same values', () => {
    const module = loaded(name).to({ memoryFormat: 'channelsLast' });
    const images = leafOf(role(fixture, 'in0').contiguous({ memoryFormat: layoutOf(name) }));
    const output = trained(module, images);
    // Dropout draws in the order of memory, so another layout has other elements dropped.
    if (!name.startsWith('Dropout')) expectClose(output, role(fixture, 'out0'), 'output');
    expect(output.isContiguous(output.dim === 4 ? 'channelsLast' : 'contiguous')).toBe(true);
  });

  it('computes in double precision', () => {
    const module = loaded(name).to({ dtype: 'float64' });
    const output = trained(module, role(fixture, 'in0').to({ dtype: 'float64' }));
    expect(output.dtype).toBe('float64');
    for (const value of [...module.parameters(), ...module.buffers()]) {
      expect(value.dtype).toBe(isFloatingPoint(value.dtype) ? 'float64' : 'int64');
    }
    // Dropout draws other numbers for another type.
    if (name.startsWith('Dropout')) return;
    expectClose(output.to({ dtype: 'float32' }), role(fixture, 'out0'), 'output');
  });
});

function layoutOf(name: string): 'channelsLast' | 'contiguous' {
  return role(fixtureOf(name), 'in0').dim === 4 ? 'channelsLast' : 'contiguous';
}
