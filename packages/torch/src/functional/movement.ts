import { OptionCheck, type Size2d } from '../options.ts';
import { operator, type Tensor } from '../tensor.ts';
import { checkFourDimensions, inLayoutOf } from './images.ts';

// What the everyday methods of Tensor (`reshape`, `permute`, `flip`, …) do not cover.

const aten = {
  im2col: operator('aten::im2col'),
  movedim: operator('aten::movedim.int'),
  pad: operator('aten::pad'),
  pixelShuffle: operator('aten::pixel_shuffle'),
  pixelUnshuffle: operator('aten::pixel_unshuffle'),
  repeatInterleave: operator('aten::repeat_interleave.self_int'),
  rot90: operator('aten::rot90'),
  tile: operator('aten::tile'),
  upsampleBicubic: operator('aten::_upsample_bicubic2d_aa'),
  upsampleBilinear: operator('aten::upsample_bilinear2d'),
  upsampleBilinearSmooth: operator('aten::_upsample_bilinear2d_aa'),
  upsampleBicubicSharp: operator('aten::upsample_bicubic2d'),
  upsampleNearest: operator('aten::upsample_nearest2d'),
};

/** Options of {@link pad}. */
export interface PadOptions {
  /** What is added. @default 'constant' */
  mode?: 'constant' | 'reflect' | 'replicate' | 'circular';
  /** The constant that is added; only with mode `'constant'`. @default 0 */
  value?: number;
}

/**
 * Adds elements at the edges. The layout in memory of images is kept.
 *
 * @param sides counts from the last dimension: `[left, right, top, bottom]` for images. Negative
 *   ones cut off (with mode `'constant'`). The modes other than `'constant'` pad the last one, two
 *   or three dimensions of an input with one or two more.
 * @throws {OptionError} if `value` is given for another mode than `'constant'`.
 */
export function pad(input: Tensor, sides: readonly number[], options: PadOptions = {}): Tensor {
  const check = new OptionCheck('pad');
  const { mode = 'constant', value } = check.read(options, ['mode', 'value']);
  check.oneOf('mode', mode, ['constant', 'reflect', 'replicate', 'circular']);
  if (mode !== 'constant' && value !== undefined) {
    throw check.error('value', `left out with mode '${mode}'`, value);
  }
  return inLayoutOf(input, aten.pad(input, sides, mode, value));
}

/** Moves one dimension to another place; the others keep their order. A view. */
export function moveDim(input: Tensor, from: number, to: number): Tensor {
  return aten.movedim(input, from, to);
}

/** Repeats the whole along each dimension, the last ones first; see also `Tensor.repeat`. */
export function tile(input: Tensor, repeats: readonly number[]): Tensor {
  return aten.tile(input, repeats);
}

/** Repeats every element along `dim`: `[1, 2]` → `[1, 1, 2, 2]`. */
export function repeatInterleave(input: Tensor, repeats: number, dim: number): Tensor {
  const count = new OptionCheck('repeatInterleave').integer('repeats', repeats, 0);
  return aten.repeatInterleave(input, count, dim);
}

/** Turns by `quarters` · 90° in the plane of two dimensions, from the first towards the second. */
export function rot90(
  input: Tensor,
  quarters: number,
  dims: readonly [number, number] = [0, 1],
): Tensor {
  return aten.rot90(input, new OptionCheck('rot90').integer('quarters', quarters, -1e9), dims);
}

/** Channels to pixels: `(*, C · r², H, W)` → `(*, C, H · r, W · r)`. */
export function pixelShuffle(images: Tensor, factor: number): Tensor {
  return aten.pixelShuffle(images, new OptionCheck('pixelShuffle').integer('factor', factor, 1));
}

/** Pixels to channels: `(*, C, H · r, W · r)` → `(*, C · r², H, W)`. */
export function pixelUnshuffle(images: Tensor, factor: number): Tensor {
  const check = new OptionCheck('pixelUnshuffle');
  return aten.pixelUnshuffle(images, check.integer('factor', factor, 1));
}

/** Options of {@link unfold}: as those of a convolution. */
export interface UnfoldOptions {
  /** Step of the window, in pixels. @default 1 */
  stride?: Size2d;
  /** Zeros added at each edge, in pixels. @default 0 */
  padding?: Size2d;
  /** Distance between the pixels the window looks at. @default 1 */
  dilation?: Size2d;
}

/**
 * The patches a convolution looks at: `(N, C, H, W)` → `(N, C · kH · kW, patches)`.
 *
 * @throws {ShapeError} if `images` is not 4-dimensional.
 */
export function unfold(images: Tensor, kernelSize: Size2d, options: UnfoldOptions = {}): Tensor {
  const check = new OptionCheck('unfold');
  check.read(options, ['stride', 'padding', 'dilation']);
  const { stride = 1, padding = 0, dilation = 1 } = options;
  checkFourDimensions('unfold', images);
  return aten.im2col(
    images,
    check.pair('kernelSize', kernelSize, 1),
    check.pair('dilation', dilation, 1),
    check.pair('padding', padding, 0),
    check.pair('stride', stride, 1),
  );
}

/** Options of {@link resize}. */
export interface ResizeOptions {
  /** How pixels between pixels are found. @default 'bilinear' */
  mode?: 'nearest' | 'bilinear' | 'bicubic';
  /** Let the corner pixels keep their centres rather than their edges. @default false */
  alignCorners?: boolean;
  /** Average over what lies between when making smaller; not with `'nearest'`. @default false */
  antialias?: boolean;
}

/**
 * Resizes images `(N, C, H, W)` → `(N, C, ...size)`. The layout in memory is kept.
 *
 * @throws {ShapeError} if `images` is not 4-dimensional.
 * @throws {OptionError} if `alignCorners` or `antialias` is set with mode `'nearest'`.
 */
export function resize(images: Tensor, size: Size2d, options: ResizeOptions = {}): Tensor {
  const check = new OptionCheck('resize');
  check.read(options, ['mode', 'alignCorners', 'antialias']);
  const { mode = 'bilinear', alignCorners = false, antialias = false } = options;
  check.oneOf('mode', mode, ['nearest', 'bilinear', 'bicubic']);
  const output = check.pair('size', size, 1);
  checkFourDimensions('resize', images);
  if (mode === 'nearest') {
    const unread = (['alignCorners', 'antialias'] as const).find((key) => options[key]);
    if (unread !== undefined) throw check.error(unread, "left out with mode 'nearest'", true);
    return inLayoutOf(images, aten.upsampleNearest(images, output, undefined, undefined));
  }
  const call = upsamplers[mode][check.flag('antialias', antialias) ? 'smooth' : 'sharp'];
  const aligned = check.flag('alignCorners', alignCorners);
  return inLayoutOf(images, call(images, output, aligned, undefined, undefined));
}

const upsamplers = {
  bilinear: { sharp: aten.upsampleBilinear, smooth: aten.upsampleBilinearSmooth },
  bicubic: { sharp: aten.upsampleBicubicSharp, smooth: aten.upsampleBicubic },
};
