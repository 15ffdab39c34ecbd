import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';

import { ones, tensor, zeros } from '../create.ts';
import { CheckpointError, DTypeError, OptionError } from '../errors.ts';
import { scope } from '../memory.ts';
import type { Tensor } from '../tensor.ts';
import { BatchNorm2d } from './batchNorm.ts';
import { Sequential } from './containers.ts';
import { Conv2d } from './conv.ts';
import { Linear } from './linear.ts';
import { Module } from './module.ts';
import { parameter } from './parameter.ts';

/** Parameters, buffers and children registered in mixed order. */
class Sample extends Module {
  readonly head = this.registerModule('head', new Linear(2, 1));
  readonly count = this.registerBuffer('count', tensor(3n));
  readonly scale = this.registerParameter('scale', parameter(ones([2])));
  readonly scratch = this.registerBuffer('scratch', zeros([1]), { persistent: false });
  readonly missing = this.registerParameter('missing', undefined);
  readonly tail = this.registerModule('tail', new Sequential(new Linear(1, 1), new Linear(1, 1)));

  forward(input: Tensor): Tensor {
    return this.tail.forward(this.head.forward(input.mul(this.scale)));
  }
}

const keys = [
  'scale',
  'count',
  'head.weight',
  'head.bias',
  'tail.0.weight',
  'tail.0.bias',
  'tail.1.weight',
  'tail.1.bias',
];

describe('the state dict', () => {
  it("lists a module's parameters, its buffers, then its children, as PyTorch does", () => {
    expect([...new Sample().stateDict().keys()]).toEqual(keys);
  });

  it('shares memory with the model and needs no gradient', () => {
    const model = new Sample();
    const scale = model.stateDict().get('scale');
    scale?.fill_(5);
    expect(model.scale.toArray()).toEqual([5, 5]);
    expect(scale?.requiresGrad).toBe(false);
  });

  it('gives the tensors of the model themselves with keepVars', () => {
    const model = new Sample();
    expect(model.stateDict({ keepVars: true }).get('scale')).toBe(model.scale);
    expect([...model.stateDict({ keepVars: true }).keys()]).toEqual(keys);
  });

  it('names a shared module under each of its paths, the parameters once', () => {
    const shared = new Linear(2, 2, { bias: false });
    const model = new Sequential(shared, shared);
    expect([...model.stateDict().keys()]).toEqual(['0.weight', '1.weight']);
    expect(model.namedParameters().map(([key]) => key)).toEqual(['0.weight']);
    expect(model.namedModules().map(([name]) => name)).toEqual(['', '0']);
  });

  it('leaves out buffers that are not persistent, which are still buffers', () => {
    const names = new Sample().namedBuffers().map(([key]) => key);
    expect(names).toEqual(['count', 'scratch']);
  });
});

describe('registration', () => {
  it('refuses a key twice', () => {
    const model = new Sample();
    expect(() => model.registerModule('count', new Linear(1, 1))).toThrow(
      new OptionError('Sample: expected key to be unused, got "count".'),
    );
    expect(() => model.registerParameter('missing', parameter(ones([1])))).toThrow(OptionError);
  });

  it('refuses a key with a dot', () => {
    expect(() => new Sample().registerBuffer('a.b', ones([1]))).toThrow(
      new OptionError('Sample: expected key to be non-empty and without a dot, got "a.b".'),
    );
  });

  it('refuses a parameter that cannot have a gradient', () => {
    expect(() => parameter(tensor(1n))).toThrow(
      new DTypeError(
        'parameter: expected data to be floating point or complex, got int64. Register a buffer instead.',
      ),
    );
  });

  it('keeps parameters and buffers beyond the scope in which the module was made', () => {
    const made: Sample[] = [];
    scope(() => void made.push(new Sample()));
    expect(made[0]?.scale.toArray()).toEqual([1, 1]);
    expect(made[0]?.count.item()).toBe(3);
  });

  it('can make a parameter that is frozen from the start', () => {
    expect(parameter(ones([1]), { requiresGrad: false }).requiresGrad).toBe(false);
    expect(parameter(ones([1])).requiresGrad).toBe(true);
  });
});

describe('loadStateDict', () => {
  const wrong = () => {
    const state = new Sample().stateDict();
    state.delete('count');
    state.delete('tail.0.bias');
    state.set('head.weight', zeros([3, 2]));
    state.set('scale', zeros([1]));
    state.set('extra', zeros([1]));
    return state;
  };

  it('lists everything that does not fit in one error', () => {
    expect(() => new Sample().loadStateDict(wrong())).toThrow(
      new CheckpointError(
        'loadStateDict: expected scale to be (2), got (1); expected head.weight to be (1, 2), got (3, 2); ' +
          'missing: count, tail.0.bias; unexpected: extra. ' +
          'Nothing was loaded; pass { strict: false } to load what fits.',
      ),
    );
  });

  it('loads nothing where anything does not fit', () => {
    const model = new Sample();
    const state = wrong().set('head.bias', tensor([77]));
    expect(() => model.loadStateDict(state)).toThrow(CheckpointError);
    expect(model.head.bias?.toArray()).not.toEqual([77]);
  });

  it('loads what fits and returns the rest unless it is strict', () => {
    const model = new Sample();
    const state = wrong().set('head.bias', tensor([77]));
    expect(model.loadStateDict(state, { strict: false })).toEqual({
      missing: ['count', 'tail.0.bias'],
      unexpected: ['extra'],
      mismatched: [
        { key: 'scale', expected: [2], got: [1] },
        { key: 'head.weight', expected: [1, 2], got: [3, 2] },
      ],
    });
    expect(model.head.bias?.toArray()).toEqual([77]);
    expect(model.scale.toArray()).toEqual([1, 1]);
  });

  it('takes a plain object and converts types', () => {
    const model = new Linear(2, 1, { bias: false });
    const weight = tensor([[1, 2]], { dtype: 'float64' });
    const report = model.loadStateDict({ weight });
    expect(report).toEqual({ missing: [], unexpected: [], mismatched: [] });
    expect(model.weight.dtype).toBe('float32');
    expect(model.weight.toArray()).toEqual([[1, 2]]);
    expect(model.weight.requiresGrad).toBe(true);
  });
});

describe('to', () => {
  it('converts floating-point tensors in place and leaves integers their type', () => {
    const model = new BatchNorm2d(2);
    const weight = model.weight;
    model.to({ dtype: 'float64' });
    expect(model.weight).toBe(weight);
    expect([...model.stateDict().values()].map(({ dtype }) => dtype)).toEqual([
      'float64',
      'float64',
      'float64',
      'float64',
      'int64',
    ]);
    expect(weight?.requiresGrad).toBe(true);
    expect(weight?.isLeaf).toBe(true);
  });

  it('converts gradients along, so that accumulation goes on', () => {
    const model = new Linear(2, 1, { bias: false });
    model
      .forward(ones([1, 2]))
      .sum()
      .backward();
    model.to({ dtype: 'float64' });
    model
      .forward(ones([1, 2], { dtype: 'float64' }))
      .sum()
      .backward();
    expect(model.weight.grad?.dtype).toBe('float64');
    expect(model.weight.grad?.toArray()).toEqual([[2, 2]]);
  });

  it('changes the layout of 4-dimensional tensors only', () => {
    const model = new Conv2d(2, 3, 3).to({ memoryFormat: 'channelsLast' });
    expect(model.weight.strides).toEqual([18, 1, 6, 2]);
    expect(model.bias?.strides).toEqual([1]);
  });

  it('lasts beyond the scope in which it is called', () => {
    const model = new Linear(2, 1, { bias: false });
    model
      .forward(ones([1, 2]))
      .sum()
      .backward();
    scope(() => void model.to({ dtype: 'float64' }));
    expect(model.forward(ones([1, 2], { dtype: 'float64' })).dtype).toBe('float64');
    expect(model.weight.grad?.toArray()).toEqual([[1, 1]]);
  });

  it('changes nothing where everything is as wanted', () => {
    const model = new Linear(2, 1);
    const before = model.weight.toArray();
    model.to({ dtype: 'float32', device: 'cpu' });
    expect(model.weight.toArray()).toEqual(before);
    expect(model.weight.requiresGrad).toBe(true);
  });

  it('refuses integer types and unknown options', () => {
    expect(() => new Linear(2, 1).to({ dtype: 'int64' })).toThrow(
      new DTypeError('to: expected dtype to be floating point or complex, got int64.'),
    );
    const misspelt = { dtyp: 'float64' } as unknown as { dtype: 'float64' };
    expect(() => new Linear(2, 1).to(misspelt)).toThrow(/Did you mean "dtype"\?/);
  });
});

describe('training and freezing', () => {
  it('switches all modules below', () => {
    const model = new Sample();
    const states = () => model.namedModules().map(([, module]) => module.training);
    expect(states()).toEqual([true, true, true, true, true]);
    expect(model.eval()).toBe(model);
    expect(states()).toEqual([false, false, false, false, false]);
    model.tail.train();
    expect(states()).toEqual([false, false, true, true, true]);
  });

  const learning = (model: Module) =>
    model.namedParameters().flatMap(([key, { requiresGrad }]) => (requiresGrad ? [key] : []));

  it('freezes by path and unfreezes again', () => {
    const model = new Sample().freeze('tail');
    expect(learning(model)).toEqual(['scale', 'head.weight', 'head.bias']);
    model.freeze('head.bias').unfreeze('tail.1');
    expect(learning(model)).toEqual(['scale', 'head.weight', 'tail.1.weight', 'tail.1.bias']);
    expect(learning(model.freeze())).toEqual([]);
    expect(learning(model.unfreeze())).toHaveLength(7);
  });

  it('refuses a path without parameters, with the nearest one', () => {
    expect(() => new Sample().freeze('tial')).toThrow(
      new OptionError(
        'freeze: expected path to be a module or parameter, got "tial". Did you mean "tail"?',
      ),
    );
    expect(() => new Sample().unfreeze('count')).toThrow(OptionError);
  });

  it('does not take the beginning of a name for a path', () => {
    expect(() => new Sample().freeze('tai')).toThrow(OptionError);
  });
});

describe('child', () => {
  it('finds a module by its path, typed by its class', () => {
    const model = new Sample();
    expect(model.child('tail.1')).toBe(model.tail.at(1));
    const found: Linear = model.child('tail.1', Linear);
    expect(found.weight.shape).toEqual([1, 1]);
  });

  it('refuses a path that leads nowhere, with the nearest one', () => {
    expect(() => new Sample().child('tail.2')).toThrow(
      new OptionError('child: expected path to be a module, got "tail.2". Did you mean "tail.0"?'),
    );
  });

  it('refuses a module of another class', () => {
    expect(() => new Sample().child('tail', Linear)).toThrow(
      new OptionError('child: expected tail to be a Linear, got a Sequential.'),
    );
  });
});

describe('apply and printing', () => {
  it('visits children in order, then their parent', () => {
    const model = new Sample();
    // By name: modules are equal to one another if their fields are, which say nothing of their numbers.
    const names = new Map(model.namedModules().map(([name, module]) => [module, name]));
    const visited: unknown[] = [];
    expect(model.apply((module) => visited.push(names.get(module)))).toBe(model);
    expect(visited).toEqual(['head', 'tail.0', 'tail.1', 'tail', '']);
  });

  it('prints the tree with the shapes of the parameters', () => {
    expect(inspect(new Sample())).toBe(
      [
        'Sample(scale [2])',
        '  head: Linear(weight [1, 2], bias [1])',
        '  tail: Sequential()',
        '    0: Linear(weight [1, 1], bias [1])',
        '    1: Linear(weight [1, 1], bias [1])',
      ].join('\n'),
    );
  });
});
