import { OptionCheck, type Tensor } from '@ocelli/torch';
import { applyToRows, changeableCopy, drawGroups, shown } from './applyToRows.ts';
import { compose } from './compose.ts';
import { imageShape } from './pixelRows.ts';
import type { Transform } from './transform.ts';
import type { TransformContext } from './transformContext.ts';

/** What is applied, and how often. */
export interface SometimesOptions {
  /** Chance of each image to get them, above 0 and below 1. */
  probability: number;
  /** Applied in this order. */
  transforms: readonly Transform[];
}

/**
 * Applies transforms, all or none of them, to a random share of the images.
 *
 * @throws {OptionError} if the probability is not between 0 and 1, or there is no transform.
 */
export function sometimes(options: SometimesOptions): Transform {
  const check = new OptionCheck('sometimes');
  const { probability, transforms } = check.read(options, ['probability', 'transforms']);
  if (!(probability > 0 && probability < 1)) {
    throw check.error('probability', 'between 0 and 1', probability);
  }
  const all = compose(transforms);
  const apply = (images: Tensor, context: TransformContext) => {
    const made = changeableCopy(images);
    const { count } = imageShape('sometimes', images);
    const rows = drawGroups(count, 1 / probability, context).get(0) ?? [];
    applyToRows({ images: made, rows }, all, context);
    return made;
  };
  const settings = { probability, transforms: transforms.map(shown) };
  return { name: 'sometimes', settings, apply, parts: transforms };
}
