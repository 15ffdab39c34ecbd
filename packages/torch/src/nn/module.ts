import { inspect } from 'node:util';
import { OptionError, optionError } from '../errors.ts';
import { keepForever } from '../memory.ts';
import { didYouMean } from '../nearest.ts';
import { readOptions } from '../options.ts';
import type { HookHandle, Tensor } from '../tensor.ts';
import { convertInPlace, type ConvertOptions } from './convert.ts';
import {
  addForwardHook,
  addForwardPreHook,
  type ForwardHook,
  type ForwardPreHook,
  hasForwardHooks,
  type Hookable,
} from './forwardHooks.ts';
import type { Parameter } from './parameter.ts';
import {
  compareState,
  copyState,
  refuseMismatches,
  type LoadReport,
  type StateDict,
} from './stateDict.ts';

/** A module, whatever it takes and returns. */
export type AnyModule = Module<never, unknown>;

/** Options of `Module.registerBuffer`. */
export interface BufferOptions {
  /** Whether the buffer is part of the state dict. @default true */
  persistent?: boolean;
}

/** Options of `Module.stateDict`. */
export interface StateDictOptions {
  /** The model's own tensors, which `Module.to` converts, instead of views of their memory. @default false */
  keepVars?: boolean;
}

/** Options of `Module.loadStateDict`. */
export interface LoadOptions {
  /** Refuse a state dict that does not fit exactly. @default true */
  strict?: boolean;
}

/**
 * A piece of a model: parameters, buffers and child modules under the names they have in a
 * checkpoint, and a `forward` that computes with them.
 *
 * Names are given by an explicit call, so renaming a property cannot break a checkpoint.
 * Parameters and buffers outlive a `scope` in which the module is made.
 *
 * @example
 * class Block extends Module {
 *   readonly conv = this.registerModule('conv', new Conv2d(3, 8, 3));
 *   forward(images: Tensor): Tensor {
 *     return this.conv.forward(images).relu();
 *   }
 * }
 */
export abstract class Module<In = Tensor, Out = Tensor> {
  readonly #parameters = new Map<string, Parameter | undefined>();
  readonly #buffers = new Map<string, Tensor>();
  readonly #transient = new Set<string>();
  readonly #children = new Map<string, AnyModule>();
  #training = true;

  /** Computes the output. */
  abstract forward(input: In): Out;

  /** Whether layers such as dropout and batch norm behave as in training; see `train`. */
  get training(): boolean {
    return this.#training;
  }

  /** The direct children by key, in the order of registration. */
  get children(): ReadonlyMap<string, AnyModule> {
    return this.#children;
  }

  /**
   * Declares a parameter under its checkpoint key, and returns it.
   *
   * @param value `undefined` reserves the key for a parameter this module does without, as a bias.
   */
  registerParameter<P extends Parameter | undefined>(key: string, value: P): P {
    this.#claim(key);
    this.#parameters.set(key, value);
    if (value !== undefined) keepForever(value);
    return value;
  }

  /** Declares a tensor that is state but not learned, such as running statistics; returns it. */
  registerBuffer(key: string, value: Tensor, options: BufferOptions = {}): Tensor {
    const { persistent = true } = readOptions('registerBuffer', options, ['persistent']);
    this.#claim(key);
    if (!persistent) this.#transient.add(key);
    this.#buffers.set(key, value);
    return keepForever(value);
  }

  /** Declares a child under its checkpoint key, and returns it. */
  registerModule<M extends AnyModule>(key: string, child: M): M {
    this.#claim(key);
    this.#children.set(key, child);
    return child;
  }

  /** This module, named `''`, and all below it, parents first; a shared one appears once. */
  namedModules(): [name: string, module: AnyModule][] {
    return [...this.#walk('')].filter(firstSeen());
  }

  /** Every parameter with its full key; a shared one appears once. */
  namedParameters(): [key: string, parameter: Parameter][] {
    const all = [...this.#walk('')].flatMap(([name, module]) => keyed(name, module.#parameters));
    return all.filter(firstSeen());
  }

  /** Every buffer with its full key, those outside the state dict included. */
  namedBuffers(): [key: string, buffer: Tensor][] {
    const all = [...this.#walk('')].flatMap(([name, module]) => keyed(name, module.#buffers));
    return all.filter(firstSeen());
  }

  /** Every parameter; a shared one appears once. */
  parameters(): Parameter[] {
    return this.namedParameters().map(([, parameter]) => parameter);
  }

  /** Every buffer, those outside the state dict included. */
  buffers(): Tensor[] {
    return this.namedBuffers().map(([, buffer]) => buffer);
  }

  /**
   * The module at a path such as `layer1.0.conv1`.
   *
   * @param kind the class it must be an instance of, which is then the type of the result.
   * @throws {OptionError} if there is none, with the nearest path there is; or if it is of
   *   another class.
   */
  child(path: string): AnyModule;
  child<M extends AnyModule>(path: string, kind: abstract new (...options: never) => M): M;
  child(path: string, kind: abstract new (...options: never) => AnyModule = Module): AnyModule {
    let found: AnyModule | undefined = this;
    for (const key of path.split('.')) found = found?.children.get(key);
    if (found === undefined) throw noSuchPath(['child', 'a module'], path, this.namedModules());
    if (found instanceof kind) return found;
    throw new OptionError(`child: expected ${path} to be a ${kind.name}, got a ${classOf(found)}.`);
  }

  /**
   * Parameters and persistent buffers by full key: the keys and the order of PyTorch's
   * `state_dict()`. The tensors share memory with the model's own; `clone` them to keep a copy.
   */
  stateDict(options: StateDictOptions = {}): StateDict {
    const { keepVars = false } = readOptions('stateDict', options, ['keepVars']);
    const state: StateDict = new Map();
    for (const [name, module] of this.#walk('')) {
      const buffers = [...module.#buffers].filter(([key]) => !module.#transient.has(key));
      const own = [...keyed(name, module.#parameters), ...keyed(name, new Map(buffers))];
      for (const [key, tensor] of own) state.set(key, keepVars ? tensor : tensor.detach());
    }
    return state;
  }

  /**
   * Copies values into parameters and buffers; types and devices are converted on the way.
   *
   * @returns what did not fit, which can only be something with `strict: false`; a value of
   *   another shape is then left out, as are missing and unexpected ones.
   * @throws {CheckpointError} if anything does not fit, listing all of it; nothing is loaded then.
   */
  loadStateDict(
    state: ReadonlyMap<string, Tensor> | Readonly<Record<string, Tensor>>,
    options: LoadOptions = {},
  ): LoadReport {
    const { strict = true } = readOptions('loadStateDict', options, ['strict']);
    const given = state instanceof Map ? state : new Map(Object.entries(state));
    const own = this.stateDict();
    const report = compareState(own, given);
    if (strict) refuseMismatches(report);
    copyState(own, given);
    return report;
  }

  /** Switches this module and all below it to training, or with `false` to evaluation. */
  train(training = true): this {
    for (const [, module] of this.#walk('')) module.#training = training;
    return this;
  }

  /** Switches this module and all below it to evaluation. */
  eval(): this {
    return this.train(false);
  }

  /**
   * Converts every parameter and buffer, in place.
   *
   * @throws {DTypeError} if `dtype` is not a floating-point or complex type.
   */
  to(options: ConvertOptions): this {
    convertInPlace([...this.parameters(), ...this.buffers()], options);
    return this;
  }

  /**
   * Stops the learning of every parameter at or below `path`. Running statistics of batch norm go
   * on while that layer is in training.
   *
   * @throws {OptionError} if there is no parameter at or below `path`.
   */
  freeze(path = ''): this {
    return this.#setRequiresGrad('freeze', path, false);
  }

  /** Resumes the learning of every parameter at or below `path`; the reverse of `freeze`. */
  unfreeze(path = ''): this {
    return this.#setRequiresGrad('unfreeze', path, true);
  }

  /**
   * Calls `hook` after every `forward` of this module with its output and input. A value that the hook
   * returns takes the output's place; a parent that computes without this module's `forward` does not
   * pass by.
   *
   * @returns what takes the hook away again.
   */
  registerForwardHook<I, O>(this: Hookable<I, O>, hook: ForwardHook<I, O>): HookHandle {
    // Types of its own, and not the class's: a module of any input would else be no `AnyModule`.
    return addForwardHook(this, hook);
  }

  /** Calls `hook` with the input before every `forward` of this module. @returns what takes it away. */
  registerForwardPreHook<I, O>(this: Hookable<I, O>, hook: ForwardPreHook<I>): HookHandle {
    return addForwardPreHook(this, hook);
  }

  /** Whether a forward hook watches this module or one below it. */
  get watched(): boolean {
    return hasForwardHooks(this) || [...this.#children.values()].some(({ watched }) => watched);
  }

  /** Calls a function with every module below this one, in order, and then with this. */
  apply(visit: (module: AnyModule) => void): this {
    for (const child of this.#children.values()) child.apply(visit);
    visit(this);
    return this;
  }

  /** The tree of modules with the shapes of their parameters. */
  toString(): string {
    const own = keyed('', this.#parameters).map(
      ([key, { shape }]) => `${key} [${shape.join(', ')}]`,
    );
    const title = `${classOf(this)}(${own.join(', ')})`;
    const below = [...this.#children].map(([key, child]) => `${key}: ${child.toString()}`);
    return [title, ...below.map((text) => text.replaceAll(/^/gm, '  '))].join('\n');
  }

  /** @internal what Node prints: the tree. */
  [inspect.custom](): string {
    return this.toString();
  }

  *#walk(name: string): Generator<[string, AnyModule]> {
    yield [name, this];
    for (const [key, child] of this.#children) yield* child.#walk(joined(name, key));
  }

  #claim(key: string): void {
    const taken = this.#parameters.has(key) || this.#buffers.has(key) || this.#children.has(key);
    const rule = key === '' || key.includes('.') ? 'non-empty and without a dot' : 'unused';
    if (!taken && rule === 'unused') return;
    throw new OptionError(`${classOf(this)}: expected key to be ${rule}, got "${key}".`);
  }

  #setRequiresGrad(where: string, path: string, requiresGrad: boolean): this {
    const all = this.namedParameters();
    const chosen = all.filter(([key]) => path === '' || key === path || key.startsWith(`${path}.`));
    if (chosen.length === 0) {
      const rule = 'a module or parameter';
      throw noSuchPath([where, rule], path, [...this.namedModules(), ...all]);
    }
    for (const [, parameter] of chosen) parameter.requiresGrad = requiresGrad;
    return this;
  }
}

function classOf(module: AnyModule): string {
  return module.constructor.name;
}

function keyed<T>(name: string, own: ReadonlyMap<string, T | undefined>): [string, T][] {
  return [...own].flatMap(([key, value]) =>
    value === undefined ? [] : [[joined(name, key), value]],
  );
}

function joined(name: string, key: string): string {
  return name === '' ? key : `${name}.${key}`;
}

function firstSeen(): (entry: readonly [string, unknown]) => boolean {
  const seen = new Set<unknown>();
  return ([, value]) => !seen.has(value) && seen.add(value) === seen;
}

function noSuchPath(
  [where, rule]: readonly [string, string],
  path: string,
  there: readonly [string, unknown][],
): OptionError {
  const names = there.map(([name]) => name);
  return optionError(where, 'path', rule, path, didYouMean(path, names));
}
