import {
  arange,
  cat,
  nonzero,
  OptionCheck,
  randint,
  type Size2d,
  type Tensor,
} from '@ocelli/torch';
import { chooseImages } from './draw.ts';
import { erasePixels, FILL_KEYS, fillOf, type FillOptions } from './fill.ts';
import { imageShape } from './pixelRows.ts';
import { checkProbability } from './probability.ts';
import { positions } from './remap.ts';
import type { Transform } from './transform.ts';
import type { PlacedShape, TransformContext } from './transformContext.ts';

/** Rectangles erased from images. */
export interface CutoutOptions extends FillOptions {
  /** Side of a square, or `[height, width]`, in pixels. */
  size: Size2d;
  /** Holes in an image; they may overlap. @default 1 */
  holes?: number;
  /** Chance of each image to get its holes, above 0 and at most 1. @default 1 */
  probability?: number;
}

/**
 * Erases rectangles whose centres are uniform over the image; parts beyond the edge are lost, so the
 * border is cut as often as the middle.
 *
 * @throws {OptionError} if an option is outside its range, or (when applied) `fill` has another number
 *   of values than the images have channels.
 * @see DeVries & Taylor 2017, https://arxiv.org/abs/1708.04552
 */
export function cutout(options: CutoutOptions): Transform {
  const check = new OptionCheck('cutout');
  check.read(options, ['size', 'holes', 'probability', ...FILL_KEYS]);
  const { size, holes = 1, probability = 1 } = options;
  const [high, wide] = check.pair('size', size, 1);
  check.integer('holes', holes, 1);
  checkProbability(check, probability);
  const filling = fillOf(check, options);
  const apply = (images: Tensor, context: TransformContext) => {
    const shape = { ...imageShape('cutout', images), device: images.device };
    const drawn = Array.from({ length: holes }, () => holePixels([high, wide], shape, context));
    const chosen = chooseImages({ ...shape, name: 'cutout', probability }, context);
    const all = drawn.length === 1 ? drawn[0] : cat(drawn, 1);
    if (all === undefined) throw new Error('internal: cutout without holes');
    const pixels = probability < 1 ? all.indexSelect(0, nonzero(chosen).flatten()) : all;
    return erasePixels(images, pixels.flatten(), { name: 'cutout', filling, context });
  };
  return { name: 'cutout', settings: { size, holes, probability, ...filling }, apply };
}

/** `(N, height · width)`: the pixels of one hole in each image, counted through the whole batch. */
function holePixels(
  [high, wide]: readonly [number, number],
  images: PlacedShape,
  context: TransformContext,
): Tensor {
  const { count, height, width } = images;
  const rows = span({ side: height, size: high }, images, context);
  const columns = span({ side: width, size: wide }, images, context);
  const first = arange({ end: count }, { dtype: 'int64', device: images.device });
  const rowStarts = first.mul_(height).unsqueeze(1).add(rows).mul_(width);
  return rowStarts.unsqueeze(2).add(columns.unsqueeze(1)).flatten(1);
}

/**
 * `(N, size)`: positions around a random centre, one centre an image. What lies beyond the edge is moved
 * to the edge, which the hole covers too, since its centre is in the image.
 */
function span(
  { side, size }: { readonly side: number; readonly size: number },
  { count, device }: PlacedShape,
  { generator }: TransformContext,
): Tensor {
  const centres = randint({ high: side, shape: [count, 1], dtype: 'int32', device, generator });
  // A hole of even size reaches one pixel further up and left of its centre, as in the paper's code.
  return centres
    .add(positions(size, { device }))
    .sub_(Math.floor(size / 2))
    .clamp_({ min: 0, max: side - 1 });
}
