import type { HookHandle } from '../tensor.ts';

/**
 * Sees what a module gives: its output and its input. What it returns, unless that is `undefined`,
 * takes the output's place.
 */
export type ForwardHook<In, Out> = (output: Out, input: In) => Out | undefined | void;

/** What a hook needs of a module. */
export interface Hookable<In, Out> {
  forward(input: In, ...rest: never[]): Out;
}

type Hook = (output: unknown, input: unknown) => unknown;

const hooksOf = new WeakMap<object, Set<Hook>>();

/**
 * Adds a hook to one module. `forward` is called as a plain method, so the first hook puts a method of
 * its own before that of the class, and the last one removed takes it away: a module without hooks
 * pays nothing.
 */
export function addForwardHook<In, Out>(
  module: Hookable<In, Out>,
  hook: ForwardHook<In, Out>,
): HookHandle {
  const hooks = hooksOf.get(module) ?? shadow(module);
  // A function of its own, so that the same hook given twice is two. It only ever sees this module's.
  const own: Hook = (output, input) => hook(output as Out, input as In);
  hooks.add(own);
  return { remove: () => remove(module, own) };
}

/** Whether something watches the output of a module. */
export function hasForwardHooks(module: object): boolean {
  return hooksOf.has(module);
}

function shadow<In, Out>(module: Hookable<In, Out>): Set<Hook> {
  const hooks = new Set<Hook>();
  const ofClass = module.forward;
  const value = (input: In, ...rest: never[]): Out => {
    let output: unknown = ofClass.call(module, input, ...rest);
    for (const hook of [...hooks]) output = hook(output, input) ?? output;
    return output as Out; // the module's own, or what a hook of its type returned
  };
  Object.defineProperty(module, 'forward', { value, configurable: true, writable: true });
  hooksOf.set(module, hooks);
  return hooks;
}

function remove(module: object, hook: Hook): void {
  const hooks = hooksOf.get(module);
  if (hooks?.delete(hook) !== true || hooks.size > 0) return;
  hooksOf.delete(module);
  Reflect.deleteProperty(module, 'forward');
}
