import type { HookHandle } from '../tensor.ts';

/**
 * Sees what a module gives: its output and its input. What it returns, unless that is `undefined`,
 * takes the output's place.
 */
export type ForwardHook<In, Out> = (output: Out, input: In) => Out | undefined | void;

/** Sees what a module is given, before it computes. */
export type ForwardPreHook<In> = (input: In) => void;

/** What a hook needs of a module. */
export interface Hookable<In, Out> {
  forward(input: In, ...rest: never[]): Out;
}

type Hook = (output: unknown, input: unknown) => unknown;
type PreHook = (input: unknown) => void;

interface Hooks {
  readonly before: Set<PreHook>;
  readonly after: Set<Hook>;
  /** The `forward` that the module itself had before, where it had one: most have that of their class. */
  readonly own: PropertyDescriptor | undefined;
  /** The `forward` that calls the hooks. */
  readonly hooked: unknown;
}

const hooksOf = new WeakMap<object, Hooks>();

/**
 * Adds a hook to one module. `forward` is called as a plain method, so the first hook puts a method of
 * its own before that of the module, and the last one removed takes it away: a module without hooks
 * pays nothing.
 */
export function addForwardHook<In, Out>(
  module: Hookable<In, Out>,
  hook: ForwardHook<In, Out>,
): HookHandle {
  // A function of its own, so that the same hook given twice is two. It only ever sees this module's.
  const own: Hook = (output, input) => hook(output as Out, input as In);
  return added(module, ({ after }) => after, own);
}

/** As {@link addForwardHook}, for a hook that is called before `forward`. */
export function addForwardPreHook<In, Out>(
  module: Hookable<In, Out>,
  hook: ForwardPreHook<In>,
): HookHandle {
  const own: PreHook = (input) => hook(input as In); // as above
  return added(module, ({ before }) => before, own);
}

function added<In, Out, H>(
  module: Hookable<In, Out>,
  among: (hooks: Hooks) => Set<H>,
  hook: H,
): HookHandle {
  const hooks = hooksOf.get(module) ?? shadow(module);
  among(hooks).add(hook);
  return {
    remove: () => {
      if (!among(hooks).delete(hook) || hooks.before.size + hooks.after.size > 0) return;
      hooksOf.delete(module);
      // One that the module was given meanwhile stays.
      if (Object.getOwnPropertyDescriptor(module, 'forward')?.value !== hooks.hooked) return;
      if (hooks.own === undefined) Reflect.deleteProperty(module, 'forward');
      else Object.defineProperty(module, 'forward', hooks.own);
    },
  };
}

/** Whether something watches what goes into a module or comes out of it. */
export function hasForwardHooks(module: object): boolean {
  return hooksOf.has(module);
}

function shadow<In, Out>(module: Hookable<In, Out>): Hooks {
  const own = Object.getOwnPropertyDescriptor(module, 'forward');
  const { forward } = module;
  const hooked = (input: In, ...rest: never[]): Out => {
    for (const hook of [...hooks.before]) hook(input);
    let output: unknown = forward.call(module, input, ...rest);
    for (const hook of [...hooks.after]) output = hook(output, input) ?? output;
    return output as Out; // the module's own, or what a hook of its type returned
  };
  const hooks: Hooks = { before: new Set(), after: new Set(), own, hooked };
  const shadowing = { value: hooked, configurable: true, writable: true };
  Object.defineProperty(module, 'forward', shadowing);
  hooksOf.set(module, hooks);
  return hooks;
}
