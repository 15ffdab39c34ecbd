import { describe, expect, it } from 'vitest';

import { tensor } from '../create.ts';
import { OptionError } from '../errors.ts';
import { ReLU, Sigmoid } from './activation.ts';
import { Identity } from './blocks.ts';
import { ModuleDict, ModuleList, Sequential } from './containers.ts';
import { Linear } from './linear.ts';

describe('Sequential', () => {
  it('applies its modules in order', () => {
    const model = new Sequential(new ReLU(), new Sigmoid());
    expect(model.forward(tensor([-1, 0])).toArray()).toEqual([0.5, 0.5]);
    expect(model.length).toBe(2);
  });

  it('keeps the names and the order of an object or a Map', () => {
    const named = new Sequential({ b: new Linear(1, 1), a: new Linear(1, 1) });
    expect([...named.children.keys()]).toEqual(['b', 'a']);
    const numbered = new Sequential(
      new Map([
        ['7', new Identity()],
        ['3', new Identity()],
      ]),
    );
    expect([...numbered.children.keys()]).toEqual(['7', '3']);
  });

  it('refuses whole numbers as names, whose order JavaScript would change', () => {
    expect(() => new Sequential({ b: new Identity(), 0: new Identity() })).toThrow(
      new OptionError(
        'Sequential: expected every name to be no whole number, got "0". ' +
          'JavaScript moves such keys to the front of an object; pass a Map.',
      ),
    );
  });

  it('passes its input on when it is empty', () => {
    const input = tensor([1]);
    expect(new Sequential().forward(input)).toBe(input);
  });

  it('gives modules by position, from the end too', () => {
    const last = new ReLU();
    const model = new Sequential(new Identity(), last);
    expect(model.at(-1)).toBe(last);
    const [start, end] = model;
    expect([start, end]).toEqual([expect.any(Identity), expect.any(ReLU)]);
    expect(start).toBe(model.at(0));
    expect(end).toBe(last);
    expect(() => model.at(2)).toThrow(
      new OptionError('Sequential: expected index to be a position among 2 modules, got 2.'),
    );
  });
});

describe('ModuleList', () => {
  it('registers its modules under their positions', () => {
    const list = new ModuleList([new Linear(1, 1)]).append(new Linear(2, 1));
    expect([...list.stateDict().keys()]).toEqual(['0.weight', '0.bias', '1.weight', '1.bias']);
    expect(list.at(1).weight.shape).toEqual([1, 2]);
    expect([list.length, [...list].length]).toEqual([2, 2]);
  });

  it('has no forward of its own', () => {
    expect(() => new ModuleList().forward()).toThrow(
      new OptionError(
        'ModuleList: expected a module with a forward of its own. ' +
          'Call forward of its elements, or use Sequential.',
      ),
    );
  });
});

describe('ModuleDict', () => {
  it('gives modules by name, the nearest one where there is none', () => {
    const heads = new ModuleDict({ gender: new Linear(1, 2), age: new Linear(1, 5) });
    expect(heads.get('age').weight.shape).toEqual([5, 1]);
    expect([...heads.keys()]).toEqual(['gender', 'age']);
    expect([...heads].map(([name, head]) => [name, head.weight.shape[0]])).toEqual([
      ['gender', 2],
      ['age', 5],
    ]);
    expect(() => heads.get('gendr')).toThrow(/Did you mean "gender"\?/);
  });
});
