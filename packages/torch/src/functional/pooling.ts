import { cat } from '../create.ts';
import { OptionCheck, type Size2d } from '../options.ts';
import { operator, type Tensor } from '../tensor.ts';
import { checkFourDimensions } from './images.ts';

/** How a pooling window moves over an image. */
export interface PoolOptions {
  /** Step of the window, in pixels. @default the size of the window */
  stride?: Size2d;
  /** Pixels added at each edge, at most half the window. They never win a maximum. @default 0 */
  padding?: Size2d;
  /** Let the last window reach over the edge rather than leave pixels out. @default false */
  ceilMode?: boolean;
}

/** Options of {@link maxPool2d}. */
export interface MaxPool2dOptions extends PoolOptions {
  /** Distance between the pixels the window looks at. @default 1 */
  dilation?: Size2d;
}

/** Options of {@link avgPool2d}. */
export interface AvgPool2dOptions extends PoolOptions {
  /** Count the zeros of the padding in the mean. @default true */
  countIncludePad?: boolean;
  /** Divide the sum of the window by this number. @default how many pixels the window has */
  divisorOverride?: number;
}

/** Arguments of a maximum pooling, complete and checked. */
export interface ResolvedMaxPool {
  readonly kernelSize: [number, number];
  readonly stride: [number, number];
  readonly padding: [number, number];
  readonly dilation: [number, number];
  readonly ceilMode: boolean;
}

/** Arguments of an average pooling, complete and checked. */
export interface ResolvedAvgPool {
  readonly kernelSize: [number, number];
  readonly stride: [number, number];
  readonly padding: [number, number];
  readonly ceilMode: boolean;
  readonly countIncludePad: boolean;
  readonly divisorOverride: number | undefined;
}

const maxPool = operator('aten::max_pool2d');
const avgPool = operator('aten::avg_pool2d');
const adaptiveAvg = operator('aten::adaptive_avg_pool2d');
const adaptiveMax = operator('aten::adaptive_max_pool2d');

/**
 * The greatest value of each window. Of equal ones the first has the gradient.
 *
 * `(N, C, H, W)` → `(N, C, H', W')` with
 * `H' = ⌊(H + 2 · padding − dilation · (kernelSize − 1) − 1) / stride⌋ + 1`.
 *
 * @param kernelSize size of the window, in pixels.
 * @throws {ShapeError} if `images` is not 4-dimensional.
 * @throws {OptionError} if an option is unknown or out of range.
 */
export function maxPool2d(
  images: Tensor,
  kernelSize: Size2d,
  options: MaxPool2dOptions = {},
): Tensor {
  return maxPoolResolved(images, resolveMaxPool(maxPoolCheck, kernelSize, options));
}

/** {@link maxPool2d} with arguments that are known to be right: what a layer calls. */
export function maxPoolResolved(images: Tensor, pool: ResolvedMaxPool): Tensor {
  checkFourDimensions('maxPool2d', images);
  const { kernelSize, stride, padding, dilation, ceilMode } = pool;
  return maxPool(images, kernelSize, stride, padding, dilation, ceilMode);
}

const maxPoolCheck = new OptionCheck('maxPool2d');

/** Fills in the defaults and checks every value. @throws {OptionError} */
export function resolveMaxPool(
  check: OptionCheck,
  kernelSize: Size2d,
  options: MaxPool2dOptions,
): ResolvedMaxPool {
  check.read(options, ['stride', 'padding', 'dilation', 'ceilMode']);
  const { dilation = 1 } = options;
  return {
    ...resolveWindow(check, kernelSize, options),
    dilation: check.pair('dilation', dilation, 1),
  };
}

/**
 * The mean of each window.
 *
 * `(N, C, H, W)` → `(N, C, H', W')` with `H' = ⌊(H + 2 · padding − kernelSize) / stride⌋ + 1`.
 *
 * @param kernelSize size of the window, in pixels.
 * @throws {ShapeError} if `images` is not 4-dimensional.
 * @throws {OptionError} if an option is unknown or out of range.
 */
export function avgPool2d(
  images: Tensor,
  kernelSize: Size2d,
  options: AvgPool2dOptions = {},
): Tensor {
  return avgPoolResolved(images, resolveAvgPool(avgPoolCheck, kernelSize, options));
}

/** {@link avgPool2d} with arguments that are known to be right: what a layer calls. */
export function avgPoolResolved(images: Tensor, pool: ResolvedAvgPool): Tensor {
  checkFourDimensions('avgPool2d', images);
  const { kernelSize, stride, padding, ceilMode, countIncludePad, divisorOverride } = pool;
  return avgPool(images, kernelSize, stride, padding, ceilMode, countIncludePad, divisorOverride);
}

const avgPoolCheck = new OptionCheck('avgPool2d');

/** Fills in the defaults and checks every value. @throws {OptionError} */
export function resolveAvgPool(
  check: OptionCheck,
  kernelSize: Size2d,
  options: AvgPool2dOptions,
): ResolvedAvgPool {
  check.read(options, ['stride', 'padding', 'ceilMode', 'countIncludePad', 'divisorOverride']);
  const { countIncludePad = true, divisorOverride } = options;
  if (divisorOverride !== undefined) check.integer('divisorOverride', divisorOverride, 1);
  return {
    ...resolveWindow(check, kernelSize, options),
    countIncludePad: check.flag('countIncludePad', countIncludePad),
    divisorOverride,
  };
}

function resolveWindow(check: OptionCheck, kernelSize: Size2d, options: PoolOptions) {
  const { stride = kernelSize, padding = 0, ceilMode = false } = options;
  const window = {
    kernelSize: check.pair('kernelSize', kernelSize, 1),
    stride: check.pair('stride', stride, 1),
    padding: check.pair('padding', padding, 0),
    ceilMode: check.flag('ceilMode', ceilMode),
  };
  const [height, width] = window.kernelSize;
  if (window.padding[0] * 2 > height || window.padding[1] * 2 > width) {
    throw check.error('padding', `at most half of kernelSize (${height}, ${width})`, padding);
  }
  return window;
}

const adaptiveAvgCheck = new OptionCheck('adaptiveAvgPool2d');
const adaptiveMaxCheck = new OptionCheck('adaptiveMaxPool2d');

/**
 * Means over as many windows as there shall be output pixels; they overlap where the sizes do not
 * divide. `(N, C, H, W)` → `(N, C, ...outputSize)`.
 *
 * @throws {ShapeError} if `images` is not 4-dimensional.
 * @throws {OptionError} if `outputSize` is not positive.
 */
export function adaptiveAvgPool2d(images: Tensor, outputSize: Size2d): Tensor {
  checkFourDimensions('adaptiveAvgPool2d', images);
  return adaptiveAvg(images, adaptiveAvgCheck.pair('outputSize', outputSize, 1));
}

/** As {@link adaptiveAvgPool2d}, with the greatest value of each window. */
export function adaptiveMaxPool2d(images: Tensor, outputSize: Size2d): Tensor {
  checkFourDimensions('adaptiveMaxPool2d', images);
  const [pooled]: [Tensor, Tensor] = adaptiveMax(
    images,
    adaptiveMaxCheck.pair('outputSize', outputSize, 1),
  );
  return pooled;
}

/** The mean of each channel: `(N, C, H, W)` → `(N, C)`. @throws {ShapeError} */
export function globalAvgPool(images: Tensor): Tensor {
  return adaptiveAvgPool2d(images, 1).flatten(1);
}

/**
 * The greatest value of each channel: `(N, C, H, W)` → `(N, C)`. Of equal ones the first has the
 * gradient. @throws {ShapeError}
 */
export function globalMaxPool(images: Tensor): Tensor {
  return adaptiveMaxPool2d(images, 1).flatten(1);
}

/** Mean and greatest value of each channel side by side: `(N, C, H, W)` → `(N, 2 C)`. */
export function globalConcatPool(images: Tensor): Tensor {
  return cat([globalAvgPool(images), globalMaxPool(images)], 1);
}
