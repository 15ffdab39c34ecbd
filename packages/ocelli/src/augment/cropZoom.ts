import { OptionCheck, type Tensor } from '@ocelli/torch';
import { AFFINE_KEYS, affineMatrix, type AffineOptions, affineTransform } from './affine.ts';
import { checkRange, drawUniform, type Range } from './draw.ts';
import type { Transform } from './transform.ts';

/** A part of every image, enlarged to its size. */
export interface CropZoomOptions extends AffineOptions {
  /** Range of the part's area, as a share of the image's. @default [0.75, 0.95] */
  area?: Range;
}

/**
 * Cuts a part of the image's own aspect out at a random place and enlarges it to the image's size.
 *
 * @throws {OptionError} if the areas are no range above 0 and at most 1, or 1 alone.
 */
export function cropZoom(options: CropZoomOptions = {}): Transform {
  const check = new OptionCheck('cropZoom');
  const { area = [0.75, 0.95] } = check.read(options, ['area', ...AFFINE_KEYS]);
  const range = checkRange(check, { option: 'area', value: area, within: [1e-4, 1], idle: 1 });
  const definition = { name: 'cropZoom', check, options, settings: { area } };
  return affineTransform(definition, (images, chosen, context) => {
    const side = drawUniform(range, images, context).sub_(1).mul_(chosen).add_(1).sqrt();
    // The centre of the part is anywhere where the part lies inside the image.
    const room = side.neg().add_(1);
    const centre = (length: number): Tensor =>
      drawUniform([-0.5, 0.5], images, context).mul_(room).mul_(length);
    return affineMatrix(images, [side, 0, centre(images.width), 0, side, centre(images.height)]);
  });
}
