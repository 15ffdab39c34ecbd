import { OptionCheck, type Tensor } from '@ocelli/torch';
import { BORDER_MODES, reflected, remapFilled } from './border.ts';
import type { BorderMode } from './border.ts';
import { geometric } from './geometric.ts';
import { imageShape } from './pixelRows.ts';
import { positions } from './remap.ts';
import type { PlacedShape, Transform } from './transform.ts';

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
  const grown = ({ count, height, width, device }: PlacedShape) => ({
    rows: positions(height + 2 * pixels, { device })
      .sub(pixels)
      .expand([count, -1]),
    columns: positions(width + 2 * pixels, { device })
      .sub(pixels)
      .expand([count, -1]),
  });
  if (mode === 'reflect') {
    return geometric('pad', settings, (images) => reflected(grown(images), images, pixels));
  }
  const apply = (images: Tensor) => {
    const shape = { ...imageShape('pad', images), device: images.device };
    return remapFilled(images, grown(shape), fill);
  };
  return { name: 'pad', settings, apply };
}
