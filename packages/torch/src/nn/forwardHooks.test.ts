import { expect, test } from 'vitest';
import { ones } from '../create.ts';
import type { Tensor } from '../tensor.ts';
import { ReLU } from './activation.ts';
import { Sequential } from './containers.ts';
import { Module } from './module.ts';

class Doubling extends Module {
  forward(input: Tensor): Tensor {
    return input.mul(2);
  }
}

test('a hook sees output and input of every forward until it is removed', () => {
  const module = new Doubling();
  const seen: unknown[] = [];
  const hook = module.registerForwardHook((output, input) => {
    seen.push([input.item(), output.item()]);
  });
  module.forward(ones([1]));
  module.forward(ones([1]).mul(3));
  hook.remove();
  module.forward(ones([1]));
  expect(seen).toEqual([
    [1, 2],
    [3, 6],
  ]);
});

test('a hook before sees the input before anything is computed', () => {
  const module = new Doubling();
  const seen: string[] = [];
  const after = module.registerForwardHook((output) => void seen.push(`gave ${output.item()}`));
  const before = module.registerForwardPreHook((input) => void seen.push(`got ${input.item()}`));
  module.forward(ones([1]));
  after.remove();
  before.remove();
  module.forward(ones([1]));
  expect(seen).toEqual(['got 1', 'gave 2']);
});

test('a module is watched while a hook sees it or one below it', () => {
  const below = new Doubling();
  const parent = new Sequential(below);
  const hook = below.registerForwardHook(() => undefined);
  expect([parent.watched, below.watched]).toEqual([true, true]);
  hook.remove();
  expect([parent.watched, below.watched]).toEqual([false, false]);
});

test('what a hook returns takes the place of the output, also inside a parent', () => {
  const inner = new Doubling();
  const model = new Sequential(inner, new ReLU());
  const hook = inner.registerForwardHook((output) => output.neg());
  expect(model.forward(ones([1])).item()).toBe(0);
  hook.remove();
  expect(model.forward(ones([1])).item()).toBe(2);
});

test('hooks run in the order of registration, and removing one leaves the others', () => {
  const module = new Doubling();
  const first = module.registerForwardHook((output) => output.add(1));
  module.registerForwardHook((output) => output.mul(10));
  expect(module.forward(ones([1])).item()).toBe(30);
  first.remove();
  first.remove();
  expect(module.forward(ones([1])).item()).toBe(20);
});

test('without a hook a module has the forward of its class', () => {
  const module = new Doubling();
  module.registerForwardHook(() => {}).remove();
  expect(Object.hasOwn(module, 'forward')).toBe(false);
});

test('the forward that a module was given is hooked, and there again without the hook', () => {
  const module = new Doubling();
  module.forward = (input) => input.mul(3);
  const hook = module.registerForwardHook((output) => output.add(1));
  expect(module.forward(ones([1])).item()).toBe(4);
  hook.remove();
  expect(module.forward(ones([1])).item()).toBe(3);
});

test('a forward that a module is given while it is hooked stays when the hook goes', () => {
  const module = new Doubling();
  const hook = module.registerForwardHook((output) => output.add(1));
  module.forward = (input) => input.mul(3);
  hook.remove();
  expect(module.forward(ones([1])).item()).toBe(3);
});
