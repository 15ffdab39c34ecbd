import type { Tensor } from '@ocelli/torch';
import { chooseImages } from './draw.ts';
import { imageShape } from './pixelRows.ts';
import type { Transform } from './transform.ts';
import type { TransformContext } from './transformContext.ts';

/**
 * A function of the user as a transform.
 *
 * @param name for records and counts.
 * @param apply images `(N, C, H, W)` to new images; it draws from `context.generator` alone, so that runs
 *   can be repeated and resumed.
 * @example
 * custom('darken', (images) => images.div(2));
 */
export function custom(
  name: string,
  apply: (images: Tensor, context: TransformContext) => Tensor,
): Transform {
  return {
    name,
    settings: { custom: true },
    apply: (images, context) => {
      const { count } = imageShape(name, images);
      chooseImages({ name, probability: 1, count, device: images.device }, context);
      return apply(images, context).contiguous({ memoryFormat: 'channelsLast' });
    },
  };
}
