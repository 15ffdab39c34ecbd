import { NativeError } from './errors.ts';
import { NativeObject } from './handle.ts';
import { native } from './native.ts';

/** Tensors made in the scopes now open, innermost last. */
const openScopes: Set<NativeObject>[] = [];

/** @internal Every new tensor passes here, so that the innermost scope can free it. */
export function track(object: NativeObject): void {
  openScopes.at(-1)?.add(object);
}

/**
 * Runs `work` and frees every tensor that was made inside and is not returned.
 *
 * Of the returned ones, alone or inside arrays, maps and plain objects, those that were made inside pass to
 * the enclosing scope, if there is one; others stay with the scope that holds them. A tensor in use elsewhere
 * in libtorch (as a gradient, in an autograd graph) lives on there; only this handle to it ends. Without a
 * scope the garbage collector frees tensors, later.
 *
 * @throws {NativeError} if `work` returns a promise: what runs after an `await` is outside the scope.
 * @example
 * const loss = scope(() => crossEntropy(model.forward(images), labels).item());
 */
export function scope<T>(work: () => T): T {
  const made = new Set<NativeObject>();
  // The garbage collector can free nothing that a scope holds: told of its bytes, it would run in vain.
  if (openScopes.length === 0) native.setAccounting(false);
  const index = openScopes.push(made) - 1;
  try {
    const result = work();
    if (result instanceof Promise) throw new NativeError(promiseMessage);
    forEachNativeObject(result, (object) => {
      if (made.delete(object)) passOn(object, index);
    });
    return result;
  } finally {
    openScopes.pop();
    if (openScopes.length === 0) native.setAccounting(true);
    for (const object of made) native.dispose(object.handle);
  }
}

const promiseMessage =
  'scope: expected work to be synchronous, got a promise. Await first, then open the scope.';

/**
 * Exempts a tensor from the innermost scope that holds it: it passes to the scope around that one.
 * Tensors kept beyond a step (optimizer state, running metrics) are kept from every scope.
 */
export function keep<T extends NativeObject>(object: T): T {
  const index = openScopes.findLastIndex((made) => made.delete(object));
  if (index >= 0) passOn(object, index);
  return object;
}

/** Hands what leaves the scope at `index` to the one around it, or else to the garbage collector. */
function passOn(object: NativeObject, index: number): void {
  const around = openScopes[index - 1];
  if (around === undefined) native.accountFor(object.handle);
  else around.add(object);
}

/** Exempts a tensor from every open scope; the garbage collector or `dispose` frees it. */
export function keepForever<T extends NativeObject>(object: T): T {
  const held = openScopes.filter((made) => made.delete(object)).length > 0;
  if (held) native.accountFor(object.handle);
  return object;
}

/** Number of tensors that JavaScript holds in this thread, freed ones not counted. */
export function liveTensorCount(): number {
  return native.liveTensorCount();
}

function forEachNativeObject(value: unknown, visit: (object: NativeObject) => void): void {
  if (value instanceof NativeObject) visit(value);
  else if (Array.isArray(value)) for (const element of value) forEachNativeObject(element, visit);
  else if (value instanceof Map)
    for (const element of value.values()) forEachNativeObject(element, visit);
  else if (isPlainObject(value))
    for (const element of Object.values(value)) forEachNativeObject(element, visit);
}

function isPlainObject(value: unknown): value is Record<string, unknown> {
  if (typeof value !== 'object' || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}
