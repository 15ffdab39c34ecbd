import {
  Conv2d,
  crossEntropy,
  GlobalAvgPool,
  type HookHandle,
  Identity,
  Linear,
  manualSeed,
  type Module,
  noGrad,
  randn,
  Sequential,
  tensor,
  type Tensor,
} from '@ocelli/torch';
import { beforeEach, describe, expect, test } from 'vitest';
import { createModel } from './catalog.ts';
import { denseTower, linearTower } from './denseTower.ts';
import { mapTower } from './mapTower.ts';
import { MultiHead, type MultiHeadOptions } from './multiHead.ts';
import { stageTower } from './stageTower.ts';
import type { TowerKind } from './towerKind.ts';
import { type Stage, Trunk } from './trunk.ts';

beforeEach(() => manualSeed(1));

const heads = { gender: 2, age: 5, pose: 3 };
type Heads = typeof heads;

/** A trunk of one convolution: `(N, 3, H, W)` → `(N, 6, H, W)`. */
function smallTrunk(): Trunk {
  const conv = new Conv2d(3, 6, 3, { padding: 1 });
  return new Trunk([{ name: 'conv', module: conv, outChannels: 6 }]);
}

function small(options: Partial<MultiHeadOptions<Heads>> = {}): MultiHead<Heads> {
  return new MultiHead({ heads, trunk: smallTrunk(), ...options });
}

/** Watches every tower, so that each is computed by itself. */
function watch(model: Module<never, unknown>): HookHandle {
  const tower = model.child('heads.gender') as Module;
  return tower.registerForwardHook(() => undefined);
}

function lossOf(logits: Readonly<Record<string, Tensor>>): Tensor {
  const labels = tensor([0, 1, 1, 0], { dtype: 'int64' });
  return Object.values(logits)
    .map((one) => crossEntropy(one, labels))
    .reduce((sum, one) => sum.add(one));
}

describe('a model with many heads', () => {
  test('gives one tensor an attribute, under its name and with its classes', () => {
    const logits = small().forward(randn([4, 3, 8, 8]));
    expect(Object.entries(logits).map(([name, { shape }]) => [name, ...shape])).toEqual([
      ['gender', 4, 2],
      ['age', 4, 5],
      ['pose', 4, 3],
    ]);
  });

  test('has the keys of the trunk under trunk and of each tower under its attribute', () => {
    expect([...small().stateDict().keys()]).toEqual([
      'trunk.conv.weight',
      'trunk.conv.bias',
      ...['gender', 'age', 'pose'].flatMap((name) => [
        `heads.${name}.output.weight`,
        `heads.${name}.output.bias`,
      ]),
    ]);
  });

  test('freezes by path: the trunk alone, or one head', () => {
    const learned = (model: Module<Tensor, unknown>): string[] =>
      model
        .namedParameters()
        .filter(([, { requiresGrad }]) => requiresGrad)
        .map(([key]) => key.split('.').slice(0, 2).join('.'));
    expect(new Set(learned(small().freeze('trunk')))).toEqual(
      new Set(['heads.gender', 'heads.age', 'heads.pose']),
    );
    expect(learned(small().freeze('heads.age'))).not.toContain('heads.age');
  });

  test('keeps an attribute with a dot in its name under that name', () => {
    const model = new MultiHead({ heads: { 'shoe.kind': 2 }, trunk: smallTrunk() });
    expect(Object.keys(model.forward(randn([1, 3, 8, 8])))).toEqual(['shoe.kind']);
    expect([...model.stateDict().keys()]).toContain('heads.shoe_kind.output.weight');
  });

  test('refuses attributes whose towers would have one key', () => {
    expect(
      () => new MultiHead({ heads: { 'shoe.kind': 2, shoe_kind: 3 }, trunk: smallTrunk() }),
    ).toThrow(
      'Towers: expected attributes to differ by more than dots and underscores, got "shoe.kind" and "shoe_kind". Rename one of them.',
    );
  });

  test('takes any module as a tower', () => {
    const tower: TowerKind = {
      pool: 'none',
      make: (channels, classes) =>
        new Sequential(new GlobalAvgPool(), new Linear(channels, classes)),
    };
    const { age } = small({ tower }).forward(randn([2, 3, 8, 8]));
    expect(age.shape).toEqual([2, 5]);
  });

  test('without heads is refused', () => {
    expect(() => new MultiHead({ heads: {}, trunk: smallTrunk() })).toThrow(
      'MultiHead: expected heads to be not empty, got {}.',
    );
  });

  test.each(['davidnet', 'resnet20'])('%s of the catalog takes heads as well', (name) => {
    const { gender, age } = createModel(name, { heads }).forward(randn([2, 3, 32, 32]));
    expect([gender.shape, age.shape]).toEqual([
      [2, 2],
      [2, 5],
    ]);
  });

  test('made for attributes refuses to be asked for one label', () => {
    expect(() => createModel('bottleneck-towers', { numClasses: 10 })).toThrow(
      'createModel: expected heads to be given for bottleneck-towers, which answers for several attributes, got undefined.',
    );
  });
});

describe('towers computed together', () => {
  test.each([
    ['linear', linearTower({ logitScale: 0.5 })],
    ['linear without bias', linearTower({ bias: false })],
    ['dense', denseTower({ hidden: 7, dropout: 0 })],
    ['dense without norm', denseTower({ hidden: 7, dropout: 0, batchNorm: false })],
  ])('%s: logits, gradients and statistics are those of one by one', (_, tower) => {
    const images = randn([4, 3, 8, 8]);
    const [together, apart] = [small({ tower }), small({ tower })];
    apart.loadStateDict(together.stateDict());
    watch(apart);
    for (const model of [together, apart]) lossOf(model.forward(images)).backward();
    const pairs = [...together.namedParameters(), ...together.namedBuffers()];
    const others = new Map([...apart.namedParameters(), ...apart.namedBuffers()]);
    for (const [key, { grad }] of together.namedParameters()) {
      expect([key, grad === undefined]).toEqual([key, false]);
    }
    for (const [key, one] of pairs) {
      const other = others.get(key);
      expect(difference(one.grad ?? one, other?.grad ?? other), key).toBeLessThan(1e-5);
    }
    const outputs = [together, apart].map((model) => noGrad(() => model.eval().forward(images)));
    expect(difference(outputs[0]?.age, outputs[1]?.age)).toBeLessThan(1e-6);
  });

  test('one that is frozen does not drop out while the others do', () => {
    const model = small({ tower: denseTower({ hidden: 7, dropout: 0.5, batchNorm: false }) });
    (model.child('heads.age') as Module).eval(); // as frozen parts are
    const images = randn([4, 3, 8, 8]);
    const [one, two] = noGrad(() => [model.forward(images), model.forward(images)]);
    expect(difference(one?.age, two?.age)).toBe(0);
    expect(difference(one?.pose, two?.pose)).toBeGreaterThan(0);
  });

  test('a hook on one tower is called', () => {
    const model = small({ tower: denseTower() });
    let calls = 0;
    const hook = model.child('heads.age.hidden', Linear).registerForwardHook(() => {
      calls++;
    });
    model.forward(randn([2, 3, 8, 8]));
    hook.remove();
    model.forward(randn([2, 3, 8, 8]));
    expect(calls).toBe(1);
  });
});

function difference(a: Tensor | undefined, b: Tensor | undefined): number {
  if (a === undefined || b === undefined) return NaN;
  return Number(a.detach().sub(b.detach()).abs().max().item());
}

describe('a tower option', () => {
  const shapes = (tower: TowerKind): string[] =>
    [...small({ tower }).stateDict()].map(([key, { shape }]) => `${key} ${shape.join('×')}`);

  test.each([
    ['hidden', denseTower({ hidden: 9 }), 'heads.age.hidden.weight 9×6'],
    ['pool concat', denseTower({ pool: 'concat' }), 'heads.age.hidden.weight 128×12'],
    ['batchNorm', denseTower(), 'heads.age.norm.running_var 6'],
    ['reduce', mapTower({ reduce: 10 }), 'heads.age.reduce.conv.weight 10×6×1×1'],
    [
      'widths',
      mapTower({ widths: [5, 7], dropouts: [0, 0, 0] }),
      'heads.age.unit2.conv.weight 7×5×3×3',
    ],
    ['separable', mapTower({ separable: true }), 'heads.age.unit1.conv.pointwise.weight 64×32×1×1'],
    [
      'stages',
      stageTower((channels) => [
        { name: 'stage', module: new Conv2d(channels, 4, 1), outChannels: 4 },
      ]),
      'heads.age.stage.weight 4×6×1×1',
    ],
  ])('%s shapes the tower', (_, tower, expected) => {
    expect(shapes(tower)).toContain(expected);
  });

  test('left out takes its part away', () => {
    expect(shapes(denseTower({ batchNorm: false })).join()).not.toContain('norm');
    expect(shapes(linearTower({ bias: false })).join()).not.toContain('heads.age.output.bias');
    const stages = (): Stage[] => [{ name: 'same', module: new Identity(), outChannels: 6 }];
    expect(shapes(stageTower(stages, { bias: false })).join()).not.toContain('output.bias');
  });

  test.each([
    ['denseTower', denseTower({ dropout: 0.5 }), denseTower({ dropout: 0 })],
    [
      'mapTower',
      mapTower({ widths: [4], dropouts: [0, 0.5] }),
      mapTower({ widths: [4], dropouts: [0, 0] }),
    ],
  ])('%s dropout makes passes in training differ', (_, some, none) => {
    const images = randn([4, 3, 8, 8]);
    const moved = (tower: TowerKind): number => {
      const model = small({ tower });
      return difference(model.forward(images).age, model.forward(images).age);
    };
    expect(moved(some)).toBeGreaterThan(0);
    expect(moved(none)).toBe(0);
  });

  test('pool and logitScale change what comes out', () => {
    const images = randn([2, 3, 8, 8]);
    const answer = (tower: TowerKind): Tensor => {
      manualSeed(5);
      return small({ tower }).forward(images).gender;
    };
    const mean = answer(linearTower());
    expect(difference(mean, answer(linearTower({ pool: 'max' })))).toBeGreaterThan(0.01);
    expect(difference(mean.mul(0.125), answer(linearTower({ logitScale: 0.125 })))).toBeLessThan(
      1e-6,
    );
  });

  test.each([
    [
      () => denseTower({ hidden: 0 }),
      'denseTower: expected hidden to be a positive integer, got 0.',
    ],
    [
      () => mapTower({ widths: [8] }),
      'mapTower: expected dropouts to be 2 shares, one more than widths, got [0.15,0.5,0.1,0.1].',
    ],
    [
      () => denseTower({ pool: 'mean' as 'max' }),
      'denseTower: expected pool to be one of average, max, concat, none, got "mean".',
    ],
    [
      () => linearTower({ pool: 'maxx' as 'max' }),
      'linearTower: expected pool to be one of average, max, concat, none, got "maxx". Did you mean "max"?',
    ],
    [
      () => stageTower(() => [], { pool: 'none' as 'max' }),
      'stageTower: expected pool to be one of average, max, concat, got "none".',
    ],
    [() => stageTower(() => [], { bais: false } as object), 'got "bais". Did you mean "bias"?'],
    [() => mapTower({ widths: [] }), 'mapTower: expected widths to be not empty, got [].'],
  ])('out of its range is refused', (make, message) => {
    expect(make).toThrow(message);
  });

  test('of a map tower leaves a map for every class', () => {
    const model = small({ tower: mapTower({ widths: [4], dropouts: [0, 0] }) }).eval();
    let map: Tensor | undefined;
    model.child('heads.pose.classes', Conv2d).registerForwardHook((output: Tensor) => {
      map = output;
    });
    const { pose } = model.forward(randn([2, 3, 8, 8]));
    expect(map?.shape).toEqual([2, 3, 6, 6]);
    expect(difference(map?.mean([2, 3]), pose)).toBeLessThan(1e-6);
  });
});
