import { OptionCheck, optionError, rand, randint, tensor, type Tensor } from '@ocelli/torch';
import { checkFill } from './fill.ts';
import { alongChannels, alongRow, fromRows, imageShape, toRows } from './pixelRows.ts';
import type { ImageShape } from './pixelRows.ts';
import { checkProbability } from './probability.ts';
import { positions } from './remap.ts';
import type { Transform, TransformContext } from './transform.ts';

/** Squares erased from images. */
export interface CutoutOptions {
  /** Side of the square, in pixels. */
  size: number;
  /** Squares in an image; they may overlap. @default 1 */
  holes?: number;
  /** Chance of each image to get its holes, above 0 and at most 1. @default 1 */
  probability?: number;
  /**
   * What holes are filled with, one value or one a channel, in the images' own units: after
   * normalisation 0 is the mean colour, before it the mean has to be given. @default 0
   */
  fill?: number | readonly number[];
}

/**
 * Erases squares whose centres are uniform over the image; parts beyond the edge are lost, so the
 * border is cut as often as the middle.
 *
 * @throws {OptionError} if an option is outside its range, or (when applied) `fill` has another number
 *   of values than the images have channels.
 * @see DeVries & Taylor 2017, https://arxiv.org/abs/1708.04552
 */
export function cutout(options: CutoutOptions): Transform {
  const check = new OptionCheck('cutout');
  check.read(options, ['size', 'holes', 'probability', 'fill']);
  const { size, holes = 1, probability = 1, fill = 0 } = options;
  check.integer('size', size, 1);
  check.integer('holes', holes, 1);
  checkProbability(check, probability);
  const apply = (images: Tensor, context: TransformContext) => {
    const shape = imageShape('cutout', images);
    const columnWeight = (inColumns: Tensor) => alongChannels(inColumns, shape.channels);
    let erased: Tensor | undefined;
    for (let hole = 0; hole < holes; hole++) {
      const inRows = spans(images, { ...shape, side: shape.height, size }, context).unsqueeze(2);
      const inColumns = spans(images, { ...shape, side: shape.width, size }, context);
      const square = inRows.logicalAnd(columnWeight(inColumns).unsqueeze(1));
      erased = erased === undefined ? square : erased.logicalOr(square);
    }
    if (erased === undefined) throw new Error('internal: cutout without holes');
    if (probability < 1) {
      const { device } = images;
      const chosen = rand([shape.count, 1, 1], { device, generator: context.generator });
      erased = erased.logicalAnd(chosen.lt(probability));
    }
    return fillErased(images, erased, { ...shape, fill });
  };
  return { name: 'cutout', settings: { size, holes, probability, fill }, apply };
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

type Filling = ImageShape & { readonly fill: number | readonly number[] };

function fillErased(images: Tensor, erased: Tensor, { channels, width, fill }: Filling): Tensor {
  const rows = toRows(images);
  const { dtype, device } = images;
  if (typeof fill === 'number') {
    return fromRows(rows.maskedFill(erased, checkFill('cutout', dtype, fill)), channels);
  }
  if (fill.length !== channels) {
    throw optionError('cutout', 'fill', `one value or one for each of ${channels} channels`, fill);
  }
  const values = fill.map((value) => checkFill('cutout', dtype, value));
  const colour = alongRow(tensor(values, { dtype, device }), width);
  return fromRows(colour.where(erased, rows), channels);
}
