import { expect, test } from 'vitest';

import {
  fromTypedArray,
  liveTensorCount,
  manualSeed,
  ones,
  operator,
  randn,
  scope,
  tensor,
  type Tensor,
} from '../src/index.ts';

const megabyte = 2 ** 20;

/** By how many live tensors steps 21 to 200 differ from those before. */
function growthOver(step: () => void): number {
  for (let index = 0; index < 20; index++) step();
  const before = liveTensorCount();
  for (let index = 0; index < 180; index++) step();
  return liveTensorCount() - before;
}

test('200 training steps leave as many live tensors as 20', () => {
  manualSeed(0);
  const weight = randn([8, 8], { requiresGrad: true });
  const step = (): void =>
    scope(() => {
      weight.grad = undefined;
      randn([4, 8]).mm(weight).relu().sum().backward();
      weight.detach().sub_(weight.grad ?? weight, { alpha: 0.01 });
    });
  expect(growthOver(step)).toBe(0);
});

test('steps that each leave a tensor behind are found out by their number', () => {
  const left: Tensor[] = [];
  expect(growthOver(() => scope(() => left.push(ones([1]).keep())))).toBe(180);
  for (const one of left) one.dispose();
});

test('errors leak nothing', () => {
  const mm = operator('aten::mm');
  const [a, b] = [ones([2, 3]), ones([2, 3])];
  const before = liveTensorCount();
  for (let index = 0; index < 100; index++) {
    scope(() => {
      expect(() => mm(a, b)).toThrow('aten::mm');
      expect(() => tensor([[1], [2, 3]])).toThrow('tensor');
    });
  }
  // Less where the garbage collector found the few tensors of the tests above meanwhile.
  expect(liveTensorCount()).toBeLessThanOrEqual(before);
});

test('hooks that nobody removes go with their tensors', () => {
  const weight = ones([1], { requiresGrad: true });
  const step = (): void =>
    scope(() => {
      const activation = weight.mul(ones([megabyte]));
      activation.registerHook(() => undefined);
      activation.sum().backward();
    });
  for (let index = 0; index < 10; index++) step();
  const before = process.memoryUsage.rss();
  for (let index = 0; index < 100; index++) step();
  expect(process.memoryUsage.rss() - before).toBeLessThan(100 * megabyte); // of 400 that were seen
});

test('without a scope, and without giving the event loop a turn, memory stays flat', () => {
  const one = ones([2, 2]);
  const run = (calls: number): void => {
    for (let index = 0; index < calls; index++) one.add(one);
  };
  run(100_000);
  const before = process.memoryUsage.rss();
  run(300_000);
  expect(process.memoryUsage.rss() - before).toBeLessThan(64 * megabyte);
  expect(liveTensorCount()).toBeLessThan(200_000);
});

test('large tensors without a scope are collected before they fill memory', () => {
  const before = process.memoryUsage.rss();
  for (let index = 0; index < 200; index++) ones([4 * megabyte]);
  // 200 tensors of 16 MB would be 3.2 GB.
  expect(process.memoryUsage.rss() - before).toBeLessThan(1200 * megabyte);
});

test('the memory of a typed array lives as long as its tensor', () => {
  const tensors = Array.from({ length: 50 }, (_, index) =>
    fromTypedArray(new Float32Array(100_000).fill(index), [100_000]),
  );
  for (let index = 0; index < 50; index++) ones([4 * megabyte]);
  expect(tensors.map((shared) => shared.mean().item())).toEqual(tensors.map((_, index) => index));
});
