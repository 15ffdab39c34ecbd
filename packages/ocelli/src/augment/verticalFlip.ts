import { OptionCheck } from '@ocelli/torch';
import { chooseImages } from './draw.ts';
import { flipped } from './flip.ts';
import { checkProbability } from './probability.ts';
import type { Transform } from './transform.ts';

/** How often images are turned upside down. */
export interface VerticalFlipOptions {
  /** Chance of each image to be mirrored, above 0 and at most 1. @default 0.5 */
  probability?: number;
}

/**
 * Mirrors images top to bottom, each with its own toss.
 *
 * @throws {OptionError} if `probability` is not above 0 and at most 1.
 */
export function verticalFlip(options: VerticalFlipOptions = {}): Transform {
  const check = new OptionCheck('verticalFlip');
  const { probability = 0.5 } = check.read(options, ['probability']);
  checkProbability(check, probability);
  const facts = { name: 'verticalFlip', settings: { probability } } as const;
  return flipped(facts, 'vertical', (images, context) =>
    chooseImages({ ...images, ...facts.settings, name: facts.name }, context),
  );
}
