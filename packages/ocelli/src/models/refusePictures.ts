import { type AnyModule, OptionError, scope, ShapeError } from '@ocelli/torch';
import { catalog } from './catalog.ts';
import type { ModelName } from './modelNames.ts';
import { type PictureShape, traceCalls } from './trace.ts';

/** Side in pixels from which on every network of the catalog has something left of a picture. */
const enoughForAll = 96;

/** Whether pictures may be too small or too large for a network of the catalog; most take any of some size. */
export function mayMisfit(name: ModelName, [, height, width]: PictureShape): boolean {
  return Math.min(height, width) < enoughForAll || catalog[name].isOfFixedSize === true;
}

/**
 * Runs a model once on a picture of zeros, so that one it cannot take is refused before anything is done.
 *
 * @throws {OptionError} that names the layer it does not fit, and what to do.
 */
export function refuseMisfittingPictures(
  model: AnyModule,
  picture: PictureShape,
  where: string,
): void {
  try {
    scope(() => void traceCalls(model, picture));
  } catch (cause) {
    if (!(cause instanceof ShapeError)) throw cause;
    const remedy = cause.message.endsWith('too small for the model.')
      ? 'Take larger ones (imageSize), or another model.'
      : 'Take another size (imageSize), or another model.';
    throw new OptionError(`${where}: ${cause.message} ${remedy}`, { cause });
  }
}
