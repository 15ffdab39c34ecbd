import {
  adaptiveAvgPool2d,
  adaptiveMaxPool2d,
  avgPoolResolved,
  globalAvgPool,
  globalConcatPool,
  globalMaxPool,
  maxPoolResolved,
  resolveAvgPool,
  resolveMaxPool,
  type AvgPool2dOptions,
  type MaxPool2dOptions,
  type ResolvedAvgPool,
  type ResolvedMaxPool,
} from '../functional/pooling.ts';
import { OptionCheck, type Size2d } from '../options.ts';
import type { Tensor } from '../tensor.ts';
import { Module } from './module.ts';
import type { Window } from './window.ts';

/** The greatest value of each window; see `maxPool2d`. */
export class MaxPool2d extends Module {
  readonly #pool: ResolvedMaxPool;

  constructor(kernelSize: Size2d, options: MaxPool2dOptions = {}) {
    super();
    this.#pool = resolveMaxPool(new OptionCheck('MaxPool2d'), kernelSize, options);
  }

  /** What one output pixel is computed from. */
  get window(): Window {
    return this.#pool;
  }

  /** Whether it takes the largest of every 2x2 pixels, without overlap, padding or a last odd line. */
  get halves(): boolean {
    const { kernelSize, stride, padding, dilation, ceilMode } = this.#pool;
    const twos = [...kernelSize, ...stride].every((size) => size === 2);
    const plain = [...padding].every((size) => size === 0) && dilation.every((size) => size === 1);
    return twos && plain && !ceilMode;
  }

  forward(images: Tensor): Tensor {
    return maxPoolResolved(images, this.#pool);
  }
}

/** The mean of each window; see `avgPool2d`. */
export class AvgPool2d extends Module {
  readonly #pool: ResolvedAvgPool;

  constructor(kernelSize: Size2d, options: AvgPool2dOptions = {}) {
    super();
    this.#pool = resolveAvgPool(new OptionCheck('AvgPool2d'), kernelSize, options);
  }

  /** What one output pixel is computed from. */
  get window(): Window {
    return { ...this.#pool, dilation: [1, 1] };
  }

  forward(images: Tensor): Tensor {
    return avgPoolResolved(images, this.#pool);
  }
}

/** Means over as many windows as there shall be output pixels; see `adaptiveAvgPool2d`. */
export class AdaptiveAvgPool2d extends Module {
  readonly #outputSize: Size2d;

  constructor(outputSize: Size2d) {
    super();
    this.#outputSize = new OptionCheck('AdaptiveAvgPool2d').pair('outputSize', outputSize, 1);
  }

  forward(images: Tensor): Tensor {
    return adaptiveAvgPool2d(images, this.#outputSize);
  }
}

/** The greatest values of as many windows as there shall be output pixels. */
export class AdaptiveMaxPool2d extends Module {
  readonly #outputSize: Size2d;

  constructor(outputSize: Size2d) {
    super();
    this.#outputSize = new OptionCheck('AdaptiveMaxPool2d').pair('outputSize', outputSize, 1);
  }

  forward(images: Tensor): Tensor {
    return adaptiveMaxPool2d(images, this.#outputSize);
  }
}

/** The mean of each channel: `(N, C, H, W)` → `(N, C)`. */
export class GlobalAvgPool extends Module {
  forward(images: Tensor): Tensor {
    return globalAvgPool(images);
  }
}

/** The greatest value of each channel: `(N, C, H, W)` → `(N, C)`. */
export class GlobalMaxPool extends Module {
  forward(images: Tensor): Tensor {
    return globalMaxPool(images);
  }
}

/** Mean and greatest value of each channel side by side: `(N, C, H, W)` → `(N, 2 C)`. */
export class GlobalConcatPool extends Module {
  forward(images: Tensor): Tensor {
    return globalConcatPool(images);
  }
}
