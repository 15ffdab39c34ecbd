import { OptionError, optionError } from '../errors.ts';
import type { Tensor } from '../tensor.ts';
import { Module, type AnyModule } from './module.ts';
import { forwardInTurn } from './neighbours.ts';

/** Modules with names, in order: a `Map`, or an object whose keys are no whole numbers. */
export type NamedModules<M extends AnyModule = Module> =
  ReadonlyMap<string, M> | Readonly<Record<string, M>>;

/**
 * Modules applied one after the other.
 *
 * @example
 * new Sequential(new Conv2d(3, 8, 3), new ReLU()); // keys '0' and '1'
 * new Sequential({ conv: new Conv2d(3, 8, 3), act: new ReLU() }); // keys 'conv' and 'act'
 */
export class Sequential extends Module {
  constructor(...modules: readonly Module[] | readonly [NamedModules]) {
    super();
    for (const [key, module] of named('Sequential', modules)) this.registerModule(key, module);
  }

  /** How many modules there are. */
  get length(): number {
    return this.children.size;
  }

  /** The module at a position; negative positions count from the end. @throws {OptionError} */
  at(index: number): Module {
    return elementAt('Sequential', this, index);
  }

  /** The modules in order. */
  [Symbol.iterator](): IterableIterator<Module> {
    return modulesOf<Module>(this);
  }

  /**
   * Applies every module to the output of the one before it. A batch norm is computed together with the
   * convolution before it and with the activation and the halving max pool after it, unless one of them
   * is watched by a hook or was given a `forward` of its own.
   */
  forward(input: Tensor): Tensor {
    return forwardInTurn([...this], input);
  }
}

/**
 * Modules in a list, under the keys '0', '1', and so on. It has no `forward` of its own: the module
 * that holds it says how its elements are used.
 */
export class ModuleList<M extends AnyModule = Module> extends Module<never, never> {
  constructor(modules: Iterable<M> = []) {
    super();
    for (const module of modules) this.append(module);
  }

  /** How many modules there are. */
  get length(): number {
    return this.children.size;
  }

  /** Adds a module at the end. */
  append(module: M): this {
    this.registerModule(String(this.length), module);
    return this;
  }

  /** The module at a position; negative positions count from the end. @throws {OptionError} */
  at(index: number): M {
    return elementAt('ModuleList', this, index);
  }

  /** The modules in order. */
  [Symbol.iterator](): IterableIterator<M> {
    return modulesOf<M>(this);
  }

  /** @throws {OptionError} always. */
  forward(): never {
    throw noForward('ModuleList');
  }
}

/**
 * Modules by name. It has no `forward` of its own: the module that holds it says how its elements
 * are used.
 */
export class ModuleDict<M extends AnyModule = Module> extends Module<never, never> {
  constructor(modules: NamedModules<M> = {}) {
    super();
    for (const [key, module] of entriesOf('ModuleDict', modules)) this.registerModule(key, module);
  }

  /** The names in order. */
  keys(): IterableIterator<string> {
    return this.children.keys();
  }

  /** The module with a name. @throws {OptionError} with the nearest name if there is none. */
  get(key: string): M {
    return this.child(key) as M; // only modules of kind M are ever registered
  }

  /** Names and modules in order. */
  [Symbol.iterator](): IterableIterator<[string, M]> {
    return this.children.entries() as IterableIterator<[string, M]>; // as above
  }

  /** @throws {OptionError} always. */
  forward(): never {
    throw noForward('ModuleDict');
  }
}

/** Modules given one by one, or all of them in one `Map` or object, as keys and modules. */
export function named(
  where: string,
  modules: readonly Module[] | readonly [NamedModules],
): [string, Module][] {
  const [first] = modules;
  if (first === undefined || first instanceof Module) {
    return (modules as readonly Module[]).map((module, index) => [String(index), module]);
  }
  return entriesOf(where, first);
}

function entriesOf<M extends AnyModule>(where: string, modules: NamedModules<M>): [string, M][] {
  if (modules instanceof Map) return [...modules];
  const entries = Object.entries(modules);
  const numeric = entries.find(([key]) => /^\d+$/.test(key));
  if (numeric === undefined) return entries;
  const remedy = 'JavaScript moves such keys to the front of an object; pass a Map.';
  throw optionError(where, 'every name', 'no whole number', numeric[0], remedy);
}

function modulesOf<M extends AnyModule>(container: AnyModule): IterableIterator<M> {
  return container.children.values() as IterableIterator<M>; // only modules of kind M are registered
}

function elementAt<M extends AnyModule>(
  where: string,
  container: AnyModule & Iterable<M>,
  index: number,
): M {
  const found = [...container].at(index);
  if (found !== undefined) return found;
  const rule = `a position among ${container.children.size} modules`;
  throw optionError(where, 'index', rule, index);
}

function noForward(where: string): OptionError {
  const remedy = 'Call forward of its elements, or use Sequential.';
  return new OptionError(`${where}: expected a module with a forward of its own. ${remedy}`);
}
