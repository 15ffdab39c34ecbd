import {
  aten,
  type DType,
  type OptionCheck,
  optionError,
  rand,
  tensor,
  type Tensor,
} from '@ocelli/torch';
import type { Range } from './draw.ts';
import { alongRow, fromRows, imageShape, toRows } from './pixelRows.ts';
import type { TransformContext } from './transformContext.ts';

/** How erased pixels look. */
export interface FillOptions {
  /**
   * One value or one a channel, in the images' own units (after normalization 0 is the mean colour,
   * before it the mean has to be given); `mean`, the image's own mean colour; `colour`, one random
   * colour an image; or `noise`, a random value for every pixel and channel. @default 0
   */
  fill?: Fill;
  /**
   * Range of the random values of `colour` and `noise`, in the images' own units; floating images have
   * to say it. @default [0, 255] for bytes
   */
  values?: Range;
}

/** What takes the place of pixels: a grey, a colour, the mean of the picture, one random colour, or noise. */
export type Fill = number | readonly number[] | 'mean' | 'colour' | 'noise';

/** The keys of `FillOptions`. */
export const FILL_KEYS = ['fill', 'values'] as const;

/**
 * A fill value as images of the given type can hold it; bytes get it rounded.
 *
 * @throws {OptionError} if it is outside 0 to 255 for bytes, where it would wrap around.
 */
export function checkFill(where: string, dtype: DType, fill: number): number {
  if (dtype !== 'uint8') return fill;
  if (fill >= 0 && fill <= 255) return Math.round(fill);
  throw optionError(where, 'fill', 'from 0 to 255 for uint8 images', fill);
}

/** @throws {OptionError} if `fill` is none of its kinds, or `values` is no range or is never used. */
export function fillOf(check: OptionCheck, { fill = 0, values }: FillOptions): Filling {
  const isRandom = fill === 'colour' || fill === 'noise';
  if (typeof fill === 'string') check.oneOf('fill', fill, ['mean', 'colour', 'noise']);
  else for (const value of [fill].flat() as number[]) check.number('fill', value, []);
  if (values === undefined) return { fill };
  if (!isRandom) throw check.error('values', 'left out unless fill is colour or noise', values);
  const [low, high, ...more] = values;
  if (!(Number.isFinite(low) && low <= high && Number.isFinite(high)) || more.length > 0) {
    throw check.error('values', 'two rising numbers', values);
  }
  return { fill, values };
}

/** A checked way to fill. */
export interface Filling {
  readonly fill: Fill;
  readonly values?: Range;
}

/** How erased pixels are filled, by whom. */
export interface Painting {
  /** The transform, for messages. */
  readonly name: string;
  readonly filling: Filling;
  readonly context: TransformContext;
}

/**
 * The images with `erased` pixels filled.
 *
 * @param erased bool, `(N, H, W · C)` or what expands to it.
 */
export function fillErased(
  images: Tensor,
  erased: Tensor,
  { name, filling, context }: Painting,
): Tensor {
  const { channels } = imageShape(name, images);
  const rows = toRows(images);
  if (typeof filling.fill === 'number') {
    const value = checkFill(name, images.dtype, filling.fill);
    return fromRows(rows.maskedFill(erased, value), channels);
  }
  return fromRows(paint(images, { name, filling, context }).where(erased, rows), channels);
}

/**
 * The images with some pixels filled.
 *
 * @param pixels int64 `(M)`: which ones, counted row by row through the whole batch; may repeat.
 */
export function erasePixels(images: Tensor, pixels: Tensor, painting: Painting): Tensor {
  const { count, channels, height, width } = imageShape(painting.name, images);
  const rows = toRows(images).clone();
  const flat = rows.view([count * height * width, channels]);
  const { fill } = painting.filling;
  if (typeof fill === 'number') {
    aten.index_fill_(flat, 0, pixels, checkFill(painting.name, images.dtype, fill));
  } else {
    const painted = paint(images, painting).expand(rows.shape).reshape(flat.shape);
    aten.index_copy_(flat, 0, pixels, painted.indexSelect(0, pixels));
  }
  return fromRows(rows, channels);
}

/** What shows where pixels were erased: rows, or what expands to them. */
function paint(images: Tensor, { name, filling, context }: Painting): Tensor {
  const { fill } = filling;
  const { count, channels, height, width } = imageShape(name, images);
  const { dtype, device } = images;
  if (fill === 'mean') {
    const mean = images.to({ dtype: 'float32' }).mean([2, 3]);
    return (dtype === 'uint8' ? mean.round() : mean).to({ dtype }).repeat([1, width]).unsqueeze(1);
  }
  if (fill === 'colour' || fill === 'noise') {
    const [low, high] = valuesOf(name, filling, dtype);
    const shape = fill === 'colour' ? [count, 1, channels] : [count, height, width * channels];
    const drawn = rand(shape, { device, generator: context.generator });
    // Whole levels, the highest as often as the others.
    if (dtype === 'uint8')
      drawn
        .mul_(high - low + 1)
        .add_(low)
        .clamp_({ max: high });
    else drawn.mul_(high - low).add_(low);
    const values = drawn.to({ dtype });
    return fill === 'colour' ? values.repeat([1, 1, width]) : values;
  }
  const values = fill as readonly number[];
  if (values.length !== channels) {
    throw optionError(name, 'fill', `one value or one for each of ${channels} channels`, fill);
  }
  const colour = values.map((value) => checkFill(name, dtype, value));
  return alongRow(tensor(colour, { dtype, device }), width);
}

function valuesOf(name: string, { fill, values }: Filling, dtype: DType): Range {
  if (values !== undefined) {
    const [low, high] = values;
    return [checkFill(name, dtype, low), checkFill(name, dtype, high)];
  }
  if (dtype === 'uint8') return [0, 255];
  throw optionError(
    name,
    'values',
    `given for floating images when fill is ${String(fill)}`,
    values,
  );
}
