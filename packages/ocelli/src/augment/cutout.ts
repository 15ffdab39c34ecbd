import { OptionCheck, randint, type Size2d, type Tensor } from '@ocelli/torch';
import { chooseImages } from './draw.ts';
import { FILL_KEYS, fillErased, fillOf, type FillOptions } from './fill.ts';
import { alongChannels, type ImageShape, imageShape } from './pixelRows.ts';
import { checkProbability } from './probability.ts';
import { positions } from './remap.ts';
import type { Transform } from './transform.ts';
import type { TransformContext } from './transformContext.ts';

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
    const shape = imageShape('cutout', images);
    let erased: Tensor | undefined;
    for (let hole = 0; hole < holes; hole++) {
      const inRows = spans(images, { ...shape, side: shape.height, size: high }, context);
      const inColumns = spans(images, { ...shape, side: shape.width, size: wide }, context);
      const across = alongChannels(inColumns, shape.channels).unsqueeze(1);
      const square = inRows.unsqueeze(2).logicalAnd(across);
      erased = erased === undefined ? square : erased.logicalOr(square);
    }
    if (erased === undefined) throw new Error('internal: cutout without holes');
    const { device } = images;
    const chosen = chooseImages({ ...shape, device, name: 'cutout', probability }, context);
    if (probability < 1) erased = erased.logicalAnd(chosen.view([-1, 1, 1]));
    return fillErased(images, erased, { name: 'cutout', filling, context });
  };
  return { name: 'cutout', settings: { size, holes, probability, ...filling }, apply };
}

interface Span extends ImageShape {
  /** Length of the image along this axis. */
  readonly side: number;
  readonly size: number;
}

/** `(N, side)` bool: true within `size` pixels around a random centre, one centre an image. */
function spans(images: Tensor, span: Span, { generator }: TransformContext): Tensor {
  const { count, side, size } = span;
  const { device } = images;
  const centres = randint({ high: side, shape: [count, 1], dtype: 'int32', device, generator });
  // A hole of even size reaches one pixel further up and left of its centre, as in the paper's code.
  const offsets = positions(side, images)
    .sub(centres)
    .add_(Math.floor(size / 2));
  return offsets.ge(0).logicalAnd(offsets.lt(size));
}
