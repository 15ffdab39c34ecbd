import { type AnyModule, OptionError, scope, ShapeError } from '@ocelli/torch';
import { type PictureShape, traceCalls } from './trace.ts';

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
