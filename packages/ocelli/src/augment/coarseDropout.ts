import { OptionCheck, rand, type Tensor } from '@ocelli/torch';
import { chooseImages } from './draw.ts';
import { FILL_KEYS, fillErased, fillOf, type FillOptions } from './fill.ts';
import { alongChannels, imageShape } from './pixelRows.ts';
import { checkProbability } from './probability.ts';
import { positions } from './remap.ts';
import type { Transform } from './transform.ts';
import type { TransformContext } from './transformContext.ts';

/** Cells erased from images. */
export interface CoarseDropoutOptions extends FillOptions {
  /** Chance of each cell to be erased, above 0 and below 1. @default 0.2 */
  share?: number;
  /** Cells in each row and column of the grid that is laid over an image. @default 8 */
  cells?: number;
  /** Chance of each image to be changed, above 0 and at most 1. @default 1 */
  probability?: number;
}

/**
 * Lays a coarse grid over every image and erases a random share of its cells.
 *
 * @throws {OptionError} if an option is outside its range, or (when applied) there are more cells than
 *   pixels along a side.
 */
export function coarseDropout(options: CoarseDropoutOptions = {}): Transform {
  const name = 'coarseDropout';
  const check = new OptionCheck(name);
  check.read(options, ['share', 'cells', 'probability', ...FILL_KEYS]);
  const { share = 0.2, cells = 8, probability = 1 } = options;
  if (!(share > 0 && share < 1)) throw check.error('share', 'between 0 and 1', share);
  check.integer('cells', cells, 1);
  checkProbability(check, probability);
  const filling = fillOf(check, options);
  const apply = (images: Tensor, context: TransformContext) => {
    const shape = { ...imageShape(name, images), device: images.device };
    const { count, channels, height, width, device } = shape;
    if (cells > Math.min(height, width)) {
      throw check.error(
        'cells',
        `at most the images' shorter side (${Math.min(height, width)})`,
        cells,
      );
    }
    const chosen = chooseImages({ ...shape, name, probability }, context);
    const grid = rand([count, cells, cells], { device, generator: context.generator }).lt(share);
    const cellOf = (side: number) =>
      positions(side, shape).mul(cells).div(side).floor().to({ dtype: 'int64' }).squeeze(0);
    const across = alongChannels(cellOf(width).unsqueeze(0), channels).squeeze(0);
    const erased = grid.indexSelect(1, cellOf(height)).indexSelect(2, across);
    return fillErased(images, erased.logicalAnd(chosen.view([-1, 1, 1])), {
      name,
      filling,
      context,
    });
  };
  return { name, settings: { share, cells, probability, ...filling }, apply };
}
