import { OptionCheck, type Tensor } from '@ocelli/torch';
import { automaticSpace } from './automatic.ts';
import type { Range } from './draw.ts';
import { applyOneOf } from './oneOf.ts';
import type { Transform } from './transform.ts';
import type { TransformContext } from './transformContext.ts';

/** How many transforms an image gets, and how strong they are. */
export interface RandAugmentOptions {
  /** Transforms that each image gets, one after the other. @default 2 */
  count?: number;
  /** Strength of all, above 0 and at most 30. @default 9 */
  magnitude?: number;
}

/**
 * Applies to every image some transforms of fourteen, drawn for it alone, all of one strength. What has
 * a direction goes either way.
 *
 * Works on bytes, before normalization.
 *
 * @throws {OptionError} if `count` is no positive whole number, or `magnitude` outside its range.
 * @see Cubuk et al. 2019, https://arxiv.org/abs/1909.13719
 */
export function randAugment(options: RandAugmentOptions = {}): Transform {
  const check = new OptionCheck('randAugment');
  const { count = 2, magnitude = 9 } = check.read(options, ['count', 'magnitude']);
  check.integer('count', count, 1);
  if (!(magnitude > 0 && magnitude <= 30))
    throw check.error('magnitude', 'above 0 and at most 30', magnitude);
  const strength = magnitude / 30;
  const space = automaticSpace({ factor: 0.9, degrees: 30, shift: 0.45, shear: 0.3, bits: 4 });
  // Both directions of each, so that a draw among all is a draw of transform and direction.
  const directions = [strength, -strength].map((signed): Range => [signed, signed]);
  const choices = space.flatMap((make) => directions.map(make));
  const apply = (images: Tensor, context: TransformContext) => {
    let made = images;
    for (let round = 0; round < count; round++) {
      made = applyOneOf({ name: 'randAugment', choices }, made, context);
    }
    return made;
  };
  const parts = choices.flatMap((choice) => choice ?? []);
  return { name: 'randAugment', settings: { count, magnitude }, apply, parts };
}
