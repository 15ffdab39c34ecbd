import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import { ones, randn, tensor, zeros } from '../create.ts';
import { CheckpointError, OptionError } from '../errors.ts';
import { liveTensorCount, scope } from '../memory.ts';
import { readSafetensors } from '../safetensors/readSafetensors.ts';
import { writeSafetensors } from '../safetensors/writeSafetensors.ts';
import type { Tensor } from '../tensor.ts';
import { Adam } from './adam.ts';
import { AdamW } from './adamW.ts';
import { Muon } from './muon.ts';
import type { OptimizerState } from './optimizerState.ts';
import { SGD } from './sgd.ts';

function param(values: number[], grad?: number[]): Tensor {
  const made = tensor(values, { dtype: 'float64', requiresGrad: true });
  if (grad !== undefined) made.grad = tensor(grad, { dtype: 'float64' });
  return made;
}

describe('weight decay', () => {
  it('shrinks a weight without gradient to w·(1 − lr·weightDecay) at each step of SGD', () => {
    const w = param([2], [0]);
    const optimizer = new SGD([w], { lr: 0.1, weightDecay: 0.5 });
    optimizer.step();
    expect(w.item()).toBeCloseTo(2 * (1 - 0.05), 14);
    optimizer.step();
    expect(w.item()).toBeCloseTo(2 * (1 - 0.05) ** 2, 14);
  });

  it('does the same in AdamW, whose step is 0 without gradient', () => {
    const w = param([2], [0]);
    new AdamW([w], { lr: 0.1, weightDecay: 0.5 }).step();
    expect(w.item()).toBeCloseTo(2 * (1 - 0.05), 14);
  });

  it('of AdamW is 0.01 unless said otherwise, and of Adam 0', () => {
    const [w, u] = [param([2], [0]), param([2], [0])];
    new AdamW([w], { lr: 0.1 }).step();
    new Adam([u], { lr: 0.1 }).step();
    expect(w.item()).toBeCloseTo(2 * (1 - 0.001), 14);
    expect(u.item()).toBe(2);
  });

  it('goes through the gradient in Adam: the first step is lr whatever its strength', () => {
    const w = param([2], [0]);
    new Adam([w], { lr: 0.1, weightDecay: 0.5 }).step();
    expect(w.item()).toBeCloseTo(1.9, 7);
  });

  it('shrinks the filters in Muon, whose step is 0 without gradient', () => {
    const w = tensor([[1, 2], [3, 4]], { dtype: 'float64', requiresGrad: true }); // prettier-ignore
    w.grad = zeros([2, 2], { dtype: 'float64' });
    new Muon([w], { lr: 0.1, weightDecay: 0.5 }).step();
    expect(w.toArray()).toEqual([
      [0.95, 1.9],
      [2.8499999999999996, 3.8],
    ]);
  });
});

describe('an optimizer', () => {
  it('leaves parameters without gradient, and gradients themselves, as they are', () => {
    const [w, unused] = [param([1, 2], [3, 4]), param([5])];
    new SGD([w, unused], { lr: 0.1, momentum: 0.9, nesterov: true, weightDecay: 0.1 }).step();
    expect(unused.toArray()).toEqual([5]);
    expect(w.grad?.toArray()).toEqual([3, 4]);
  });

  it('forgets gradients in zeroGrad', () => {
    const w = param([1], [1]);
    new SGD([w], { lr: 0.1 }).zeroGrad();
    expect(w.grad).toBeUndefined();
  });

  it('changes leaves in place, keeps them leaves, and trains', () => {
    const w = tensor([3, -2], { requiresGrad: true });
    const optimizer = new SGD([w], { lr: 0.1 });
    for (let step = 0; step < 50; step++) {
      optimizer.zeroGrad();
      w.mul(w).sum().backward();
      optimizer.step();
    }
    expect(w.isLeaf && w.requiresGrad).toBe(true);
    expect(w.norm().item()).toBeLessThan(1e-3);
  });

  it('updates parameters of several element types', () => {
    const half = ones([2], { dtype: 'bfloat16', requiresGrad: true });
    half.grad = ones([2], { dtype: 'bfloat16' });
    const w = param([1], [1]);
    new SGD([half, w], { lr: 0.5, momentum: 0.9 }).step();
    expect(half.toArray()).toEqual([0.5, 0.5]);
    expect(w.item()).toBe(0.5);
  });

  it('takes options that are set between steps', () => {
    const w = param([1], [1]);
    const optimizer = new SGD([w], { lr: 0.5 });
    optimizer.step();
    for (const group of optimizer.paramGroups) group.lr = 0.25;
    optimizer.step();
    expect(w.item()).toBe(0.25);
  });

  it('refuses options set to nonsense at the next step, and misspelt ones at once', () => {
    const optimizer = new SGD([param([1], [1])], { lr: 0.5 });
    const [group] = optimizer.paramGroups;
    if (group === undefined) throw new Error('no group');
    group.lr = NaN;
    expect(() => optimizer.step()).toThrow(
      'SGD: expected lr to be a number of at least 0, got NaN.',
    );
    expect(() => Object.assign(group, { weightdecay: 1 })).toThrow(TypeError);
  });

  it('goes on where the momentum passes by 0 with Nesterov, also from a saved state', () => {
    const w = param([1], [1]);
    const options = { lr: 0.25, momentum: 0.5, nesterov: true };
    const optimizer = new SGD([w], options);
    for (const group of optimizer.paramGroups) group.momentum = 0;
    optimizer.step();
    expect(w.item()).toBe(0.75); // 1 − 0.25·1
    const resumed = new SGD([param([1])], options);
    resumed.loadStateDict(optimizer.stateDict());
    expect(resumed.paramGroups[0]).toMatchObject({ momentum: 0, nesterov: true });
    for (const group of optimizer.paramGroups) group.dampening = 0.5;
    expect(() => optimizer.step()).toThrow('SGD: expected nesterov to be false unless');
    expect(() => optimizer.addParamGroup({ params: [param([1])], momentum: 0 })).toThrow(
      'SGD: expected nesterov to be false unless',
    );
  });

  it('gives groups their own options and the common ones', () => {
    const [w, bias] = [param([1], [1]), param([1], [1])];
    const groups = [{ params: [w] }, { params: [bias], lr: 0.25 }];
    new SGD(groups, { lr: 0.5, weightDecay: 1 }).step();
    expect([w.item(), bias.item()]).toEqual([0, 0.5]);
  });

  it('takes groups later, each parameter once', () => {
    const [w, late] = [param([1], [1]), param([1], [1])];
    const optimizer = new SGD([w], { lr: 0.5 });
    optimizer.addParamGroup({ params: [late], lr: 1 });
    optimizer.step();
    expect(late.item()).toBe(0);
    expect(() => optimizer.addParamGroup({ params: [w] })).toThrow(
      'SGD: expected params[0] to be given once, got "a tensor of shape (1) again".',
    );
    expect(optimizer.paramGroups).toHaveLength(2);
  });

  it('keeps its state through scopes and leaves nothing else behind', () => {
    const make = [
      (params: Tensor[]) => new SGD(params, { lr: 0.1, momentum: 0.9 }),
      (params: Tensor[]) => new Adam(params, { weightDecay: 0.1, amsgrad: true }),
      (params: Tensor[]) => new Muon(params, { lr: 0.1, normalizeFilters: true }),
    ];
    for (const [index, stateTensors] of [1, 3, 1].entries()) {
      const w = randn([3, 3], { requiresGrad: true });
      w.grad = randn([3, 3]);
      const optimizer = make[index]?.([w]);
      scope(() => optimizer?.step());
      const before = liveTensorCount();
      for (let step = 0; step < 2000; step++) scope(() => optimizer?.step());
      // At most: meanwhile the garbage collector may free tensors of other tests, far fewer than there are steps.
      expect(liveTensorCount()).toBeLessThanOrEqual(before);
      expect(optimizer?.stateDict().tensors.size).toBe(stateTensors);
    }
  });
});

describe('refusals', () => {
  const w = param([1]);
  const refused = (options: object, make = SGD): (() => unknown) => {
    return () => new make([w], { lr: 0.1, ...options });
  };

  it('of unknown options name the nearest', () => {
    expect(refused({ momentun: 0.9 })).toThrow(
      'SGD: expected options to be among lr, momentum, dampening, nesterov, weightDecay, maximize, got "momentun". Did you mean "momentum"?',
    );
    expect(() => new Adam([w], { weight_decay: 1 } as object)).toThrow(
      'Did you mean "weightDecay"?',
    );
    expect(() => new SGD([{ params: [w], lR: 1 } as { params: Tensor[] }], { lr: 1 })).toThrow(
      OptionError,
    );
  });

  it.each([
    [{ lr: -1 }, 'lr to be a number of at least 0, got -1'],
    [{ lr: '0.1' }, 'lr to be a number of at least 0, got "0.1"'],
    [{ lr: undefined }, 'lr to be a number of at least 0, got undefined'],
    [{ momentum: -0.1 }, 'momentum to be a number of at least 0, got -0.1'],
    [{ dampening: NaN }, 'dampening to be a number, got NaN'],
    [{ weightDecay: -1 }, 'weightDecay to be a number of at least 0, got -1'],
    [{ maximize: 1 }, 'maximize to be true or false, got 1'],
    [
      { nesterov: true },
      'nesterov to be false unless momentum is above 0 and dampening is 0, got true',
    ],
    [{ nesterov: true, momentum: 0.9, dampening: 0.1 }, 'nesterov to be false unless'],
  ])('SGD %j', (options, sentence) => {
    expect(refused(options)).toThrow(`SGD: expected ${sentence}`);
  });

  it.each([
    [{ betas: [0.9, 1] }, 'betas to be two numbers from 0 to below 1, got [0.9,1]'],
    [{ betas: [0.9] }, 'betas to be two numbers from 0 to below 1, got [0.9]'],
    [{ betas: 0.9 }, 'betas to be two numbers from 0 to below 1, got 0.9'],
    [{ eps: -1 }, 'eps to be a number of at least 0, got -1'],
    [{ weightDecay: Infinity }, 'weightDecay to be a number of at least 0, got Infinity'],
    [{ amsgrad: 'yes' }, 'amsgrad to be true or false, got "yes"'],
  ])('Adam and AdamW %j', (options, sentence) => {
    expect(() => new Adam([w], options as object)).toThrow(`Adam: expected ${sentence}`);
    expect(() => new AdamW([w], options as object)).toThrow(`AdamW: expected ${sentence}`);
  });

  it.each([
    [{ momentum: 1.5 }, 'momentum to be a number from 0 to 1, got 1.5'],
    [{ nsSteps: 0 }, 'nsSteps to be a positive integer, got 0'],
    [{ coefficients: [1, 2] }, 'coefficients to be three numbers, got [1,2]'],
    [
      { nsDtype: 'float23' },
      'nsDtype to be one of float32, bfloat16, float64, got "float23". Did you mean "float32"?',
    ],
    [{ normalizeFilters: 2 }, 'normalizeFilters to be true or false, got 2'],
  ])('Muon %j', (options, sentence) => {
    const matrix = ones([2, 2], { requiresGrad: true });
    const make = (): Muon => new Muon([matrix], { lr: 1, ...(options as object) });
    expect(make).toThrow(`Muon: expected ${sentence}`);
  });

  it('of what cannot be optimized', () => {
    expect(() => new SGD([], { lr: 1 })).toThrow(
      'SGD: expected params to be at least one tensor, got [].',
    );
    expect(() => new SGD([w, w], { lr: 1 })).toThrow('params[1] to be given once');
    expect(() => new SGD([{ params: [w] }, { params: [w] }], { lr: 1 })).toThrow('given once');
    expect(() => new SGD([w.mul(2)], { lr: 1 })).toThrow(
      'SGD: expected params[0] to be no result of an operation, got "a tensor of shape (1)". Pass the parameter itself.',
    );
    expect(() => new Muon([w], { lr: 1 })).toThrow(
      'Muon: expected params[0] to be of 2 or more dimensions, got [1]. Give such parameters to SGD or AdamW.',
    );
  });
});

describe('stateDict and loadStateDict', () => {
  const shapes = [[3, 4], [2, 2]]; // prettier-ignore
  type Made = { step(): void; stateDict(): OptimizerState; loadStateDict(s: OptimizerState): void };
  const makers: [string, (params: Tensor[]) => Made][] = [
    ['SGD', (params) => new SGD(params, { lr: 0.1, momentum: 0.9 })],
    ['Adam', (params) => new Adam(params, { lr: 0.1, amsgrad: true })],
    ['AdamW', (params) => new AdamW(params.map((p, i) => ({ params: [p], lr: 0.1 * (i + 1) })))],
    ['Muon', (params) => new Muon(params, { lr: 0.1 })],
  ];
  const grads = Array.from({ length: 6 }, () => shapes.map((shape) => randn(shape)));
  const steps = (made: Made, params: Tensor[], from: number, to: number): void => {
    // prettier-ignore
    for (const step of grads.slice(from, to)) {
      for (const [i, p] of params.entries()) p.grad = i === 1 && step === grads[0] ? undefined : step[i];
      made.step();
    }
  };

  it.each(makers)('%s goes on from a saved file bit for bit', (_, make) => {
    const folder = mkdtempSync(join(tmpdir(), 'ocelli-optim-'));
    const params = shapes.map((shape) => randn(shape, { requiresGrad: true }));
    const whole = make(params);
    steps(whole, params, 0, 3);
    const { tensors, ...rest } = whole.stateDict();
    writeSafetensors(join(folder, 'o.safetensors'), tensors, {
      metadata: { state: JSON.stringify(rest) },
    });
    const copies = params.map((p) => p.detach().clone().requiresGrad_());
    steps(whole, params, 3, 6);

    const resumed = make(copies);
    const json = JSON.parse(JSON.stringify(rest)) as typeof rest;
    const saved = { ...json, tensors: readSafetensors(join(folder, 'o.safetensors')) };
    resumed.loadStateDict(saved);
    steps(resumed, copies, 3, 6);
    expect(copies.map((p) => p.toArray())).toEqual(params.map((p) => p.toArray()));

    const forgetful = make(params.map((p) => p.detach().clone().requiresGrad_()));
    expect(forgetful.stateDict().tensors.size).toBe(0);
    rmSync(folder, { recursive: true });
  });

  it('restores the options of each group', () => {
    const saved = new SGD([param([1])], { lr: 0.3, momentum: 0.7 }).stateDict();
    const other = new SGD([param([1])], { lr: 1 });
    other.loadStateDict(saved);
    expect(other.paramGroups[0]).toMatchObject({ lr: 0.3, momentum: 0.7 });
  });

  it('copies: the saved tensors do not change with later steps of the loaded one', () => {
    const [a, b] = [param([1], [1]), param([1], [1])];
    const source = new SGD([a], { lr: 0.1, momentum: 0.9 });
    source.step();
    const loaded = new SGD([b], { lr: 0.1, momentum: 0.9 });
    loaded.loadStateDict(source.stateDict());
    loaded.step();
    expect(source.stateDict().tensors.get('0.momentumBuffer')?.toArray()).toEqual([1]);
    expect(loaded.stateDict().tensors.get('0.momentumBuffer')?.toArray()).toEqual([1.9]);
  });

  it('lists every mismatch and changes nothing', () => {
    const made = new Adam([param([1, 2], [1, 1])], { lr: 0.1 });
    made.step();
    const saved = made.stateDict();
    const other = new Adam([param([1], [1])], { lr: 0.2 });
    const load = (state: Partial<OptimizerState>) => () =>
      other.loadStateDict({ ...saved, ...state });
    expect(load({})).toThrow(CheckpointError);
    expect(load({})).toThrow(
      'Adam.loadStateDict: expected 0.expAvg to be float64 (1), got float64 (2); expected 0.expAvgSq to be float64 (1), got float64 (2); expected a value 0.expAvg, got none; expected a value 0.expAvgSq, got none. The state was saved by another optimizer or for another model.',
    );
    expect(load({ optimizer: 'SGD' })).toThrow('expected the state of Adam, got SGD');
    expect(load({ groups: [{ params: 2 }] })).toThrow('expected groups of (1) parameters, got (2)');
    expect(load({ numbers: { '1.step': 3 }, tensors: new Map() })).toThrow(
      'expected no value "1.step"',
    );
    expect(load({ numbers: { '0.stop': 3 }, tensors: new Map() })).toThrow(
      'expected no value "0.stop"',
    );
    expect(load({ tensors: new Map() })).toThrow('expected a value 0.expAvg, got none');
    const groups = [{ ...saved.groups[0], lr: -1 }];
    expect(load({ groups, numbers: {}, tensors: new Map() })).toThrow(OptionError);
    expect(other.stateDict().numbers).toEqual({});
    expect(other.paramGroups[0]?.lr).toBe(0.2);
  });
});
