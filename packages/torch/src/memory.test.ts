import { describe, expect, test } from 'vitest';

import { keep, liveTensorCount, scope } from './memory.ts';
import { native } from './native.ts';
import type { Tensor } from './tensor.ts';
import { ones, tensor } from './create.ts';

const isFreed = (candidate: Tensor): boolean => {
  try {
    return candidate.numel < 0;
  } catch {
    return true;
  }
};

describe('scope', () => {
  test('frees what was made inside and not returned', () => {
    const made: Tensor[] = [];
    const result = scope(() => {
      made.push(ones([2]), ones([3]));
      return made[1];
    });
    expect(made.map(isFreed)).toEqual([true, false]);
    expect(result?.shape).toEqual([3]);
  });

  test('leaves tensors made outside alone', () => {
    const outside = ones([2]);
    scope(() => outside.add(1));
    expect(outside.toArray()).toEqual([1, 1]);
  });

  test('keeps tensors inside returned arrays, maps and plain objects', () => {
    const { list, map } = scope(() => ({
      list: [ones([1]), [ones([2])]],
      map: new Map([['a', ones([3])]]),
    }));
    expect((list.flat() as Tensor[]).concat(...map.values()).map(isFreed)).toEqual([
      false,
      false,
      false,
    ]);
  });

  test('passes what it returns to the scope around it', () => {
    let inner: Tensor | undefined;
    scope(() => {
      inner = scope(() => ones([2]));
      expect(isFreed(inner)).toBe(false);
    });
    expect(isFreed(inner as Tensor)).toBe(true);
  });

  test('leaves what it returns but did not make to the scope that made it', () => {
    let outer: Tensor | undefined;
    scope(() => {
      const made = ones([2]);
      outer = made;
      scope(() => made.add_(1));
      expect(isFreed(made)).toBe(false);
    });
    expect(isFreed(outer as Tensor)).toBe(true);
  });

  test('passes on once what it returns twice', () => {
    let inner: Tensor | undefined;
    scope(() => {
      const { loss } = scope(() => {
        const made = ones([1]);
        return { loss: made, total: made };
      });
      inner = loss;
      expect(isFreed(loss)).toBe(false);
    });
    expect(isFreed(inner as Tensor)).toBe(true);
  });

  test('frees when work throws', () => {
    let made: Tensor | undefined;
    const work = (): never => {
      made = ones([2]);
      throw new Error('stop');
    };
    expect(() => scope(work)).toThrow('stop');
    expect(isFreed(made as Tensor)).toBe(true);
  });

  test('refuses a promise', () => {
    expect(() => scope(async () => Promise.resolve(1))).toThrow(
      'scope: expected work to be synchronous, got a promise. Await first, then open the scope.',
    );
  });

  test('a gradient outlives the handle that the scope freed', () => {
    const x = tensor([3], { requiresGrad: true });
    scope(() => x.mul(2).backward());
    expect(x.grad?.item()).toBe(2);
  });
});

test('keep passes a tensor to the scope around the one that holds it', () => {
  const [kept, afterOuter] = scope(() => {
    const inner = scope(() => void keepers.push(keep(ones([1]))));
    return [isFreed(keepers[0] as Tensor), inner] as const;
  });
  expect([kept, afterOuter]).toEqual([false, undefined]);
  expect(isFreed(keepers[0] as Tensor)).toBe(true);
});
const keepers: Tensor[] = [];

test('Tensor.keep exempts a tensor from every open scope', () => {
  let kept: Tensor | undefined;
  scope(() => scope(() => (kept = ones([1]).keep()).numel));
  expect(isFreed(kept as Tensor)).toBe(false);
});

test('liveTensorCount counts handles that hold a tensor', () => {
  scope(() => {
    const before = liveTensorCount();
    const made = [ones([1]), ones([1])];
    expect(liveTensorCount()).toBe(before + 2);
    made[0]?.dispose();
    made[0]?.dispose();
    expect(liveTensorCount()).toBe(before + 1);
  });
});

describe('what the garbage collector is told', () => {
  const bytes = 4_000_000;
  const toldBy = (work: () => unknown): number => {
    const before = native.externalBytes();
    work();
    return native.externalBytes() - before;
  };
  const big = (): Tensor => ones([bytes / 4]);
  const kept: Tensor[] = [];

  test('nothing of tensors that a scope holds', () => {
    const inside = scope(() => toldBy(() => [big(), scope(() => big().numel)]));
    expect(Math.abs(inside)).toBeLessThan(bytes / 2);
  });

  test.each([
    ['made outside a scope', big],
    ['that a scope returns', () => scope(big)],
    ['that pass through two scopes', () => scope(() => scope(big))],
    ['that are kept', () => scope(() => keep(big()))],
    ['that are kept from every scope', () => scope(() => scope(() => big().keep()))],
  ])('the bytes of tensors %s, once', (_, make) => {
    const told = toldBy(() => kept.push(make()));
    expect(told).toBeGreaterThan(bytes / 2);
    expect(told).toBeLessThan(bytes * 1.5);
    expect(toldBy(() => kept.pop()?.dispose())).toBeLessThan(-bytes / 2);
  });
});
