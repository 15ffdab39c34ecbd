import { OptionCheck, type Tensor } from '@ocelli/torch';
import { BORDER_MODES, reflected, remapFilled } from './border.ts';
import type { BorderMode } from './border.ts';
import { chooseImages } from './draw.ts';
import { geometric } from './geometric.ts';
import { imageShape } from './pixelRows.ts';
import { positions } from './remap.ts';
import type { Transform } from './transform.ts';
import type { PlacedShape, TransformContext } from './transformContext.ts';

/** A border around every image. */
export interface PadOptions {
  /** Width of the border on each side, in pixels. */
  pixels: number;
  /** @default 'reflect' */
  mode?: BorderMode;
  /** Value of a `constant` border, in the images' own units. @default 0 */
  fill?: number;
}

/**
 * Adds a border to every side: `(N, C, H, W)` to `(N, C, H + 2·pixels, W + 2·pixels)`.
 *
 * Before a random crop, `randomCrop({ padding })` does the same without making the larger images.
 *
 * @throws {OptionError} if `pixels` is not a positive whole number, or (when applied) a reflected
 *   border is as wide as the images.
 */
export function pad(options: PadOptions): Transform {
  const check = new OptionCheck('pad');
  const { pixels, mode = 'reflect', fill = 0 } = check.read(options, ['pixels', 'mode', 'fill']);
  check.integer('pixels', pixels, 1);
  check.oneOf('mode', mode, BORDER_MODES);
  check.number('fill', fill, []);
  const settings = { pixels, mode, fill };
  const grown = (images: PlacedShape, context: TransformContext) => {
    chooseImages({ ...images, name: 'pad', probability: 1 }, context);
    const along = (side: number) =>
      positions(side + 2 * pixels, images)
        .sub(pixels)
        .expand([images.count, -1]);
    return { rows: along(images.height), columns: along(images.width) };
  };
  if (mode === 'reflect') {
    return geometric('pad', settings, (images, context) =>
      reflected(grown(images, context), images, pixels),
    );
  }
  const apply = (images: Tensor, context: TransformContext) => {
    const shape = { ...imageShape('pad', images), device: images.device };
    return remapFilled(images, grown(shape, context), fill);
  };
  return { name: 'pad', settings, apply };
}
