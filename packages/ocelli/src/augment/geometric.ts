import type { Tensor } from '@ocelli/torch';
import { imageShape } from './pixelRows.ts';
import { remap } from './remap.ts';
import type { Transform } from './transform.ts';
import type { MakePixelMap } from './joinableMaps.ts';
import type { TransformContext } from './transformContext.ts';

/** A transform that does nothing but move pixels. */
export function geometric(
  name: string,
  settings: Transform['settings'],
  pixelMap: MakePixelMap,
): Transform {
  const apply = (images: Tensor, context: TransformContext) => {
    const shape = { ...imageShape(name, images), device: images.device };
    return remap(images, pixelMap(shape, context));
  };
  return { name, settings, apply, pixelMap };
}
