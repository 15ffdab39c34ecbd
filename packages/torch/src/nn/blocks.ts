import { cat } from '../create.ts';
import { ShapeError } from '../errors.ts';
import { OptionCheck, readOptions } from '../options.ts';
import type { Tensor } from '../tensor.ts';
import { named, type NamedModules } from './containers.ts';
import { Module } from './module.ts';

/** Passes its input on. */
export class Identity extends Module {
  forward(input: Tensor): Tensor {
    return input;
  }
}

/** Options of {@link Flatten}. */
export interface FlattenOptions {
  /** First of the dimensions that become one. @default 1 */
  startDim?: number;
  /** Last of the dimensions that become one. @default -1 */
  endDim?: number;
}

/** Makes neighbouring dimensions one: by default `(N, *)` → `(N, D)`. */
export class Flatten extends Module {
  readonly #startDim: number;
  readonly #endDim: number;

  constructor(options: FlattenOptions = {}) {
    super();
    const check = new OptionCheck('Flatten');
    const { startDim = 1, endDim = -1 } = check.read(options, ['startDim', 'endDim']);
    this.#startDim = check.integer('startDim', startDim, -8);
    this.#endDim = check.integer('endDim', endDim, -8);
  }

  forward(input: Tensor): Tensor {
    return input.flatten(this.#startDim, this.#endDim);
  }
}

/** Options of {@link Residual}. */
export interface ResidualOptions {
  /** What the input passes on its way around the body, to fit its shape. @default nothing */
  shortcut?: Module;
}

/**
 * `shortcut(x) + body(x)`. Children: `body` and, where there is one, `shortcut`.
 *
 * @see He et al. 2016, https://arxiv.org/abs/1512.03385
 */
export class Residual extends Module {
  readonly body: Module;
  readonly shortcut: Module | undefined;

  constructor(body: Module, options: ResidualOptions = {}) {
    super();
    const { shortcut } = readOptions('Residual', options, ['shortcut']);
    this.body = this.registerModule('body', body);
    this.shortcut = shortcut && this.registerModule('shortcut', shortcut);
  }

  /** @throws {ShapeError} if the two ways give different shapes. */
  forward(input: Tensor): Tensor {
    const around = this.shortcut === undefined ? input : this.shortcut.forward(input);
    const through = this.body.forward(input);
    if (String(around.shape) === String(through.shape)) return through.add(around);
    const rule = `expected the body's output to be (${around.shape.join(', ')}) as the shortcut's`;
    throw new ShapeError(`Residual: ${rule}, got (${through.shape.join(', ')}).`);
  }
}

/**
 * Applies every branch to the same input and joins the outputs along dimension 1, the channels.
 *
 * @example
 * new Concat(new Conv2d(8, 4, 1), new Conv2d(8, 4, 3, { padding: 1 })); // keys '0' and '1'
 */
export class Concat extends Module {
  constructor(...branches: readonly Module[] | readonly [NamedModules]) {
    super();
    for (const [key, branch] of named('Concat', branches)) this.registerModule(key, branch);
  }

  forward(input: Tensor): Tensor {
    const branches = [...this.children.values()] as Module[]; // only such are registered
    return cat(
      branches.map((branch) => branch.forward(input)),
      1,
    );
  }
}
