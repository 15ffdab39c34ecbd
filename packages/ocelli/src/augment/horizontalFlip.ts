import { OptionCheck } from '@ocelli/torch';
import { chooseImages } from './draw.ts';
import { flipped } from './flip.ts';
import { checkProbability } from './probability.ts';
import type { Transform } from './transform.ts';

/** How often images are mirrored. */
export interface HorizontalFlipOptions {
  /** Chance of each image to be mirrored, above 0 and at most 1. @default 0.5 */
  probability?: number;
}

/**
 * Mirrors images left to right, each with its own toss.
 *
 * @throws {OptionError} if `probability` is not above 0 and at most 1.
 */
export function horizontalFlip(options: HorizontalFlipOptions = {}): Transform {
  const check = new OptionCheck('horizontalFlip');
  const { probability = 0.5 } = check.read(options, ['probability']);
  checkProbability(check, probability);
  const facts = { name: 'horizontalFlip', settings: { probability }, disturbs: 'side' } as const;
  return flipped(facts, 'horizontal', (images, context) =>
    chooseImages({ ...images, ...facts.settings, name: facts.name }, context),
  );
}
