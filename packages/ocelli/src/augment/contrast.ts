import { OptionCheck } from '@ocelli/torch';
import { factorRange } from './brightness.ts';
import { COLOUR_KEYS, type ColourOptions, colourTransform, identity, luma } from './colourMap.ts';
import { drawUniform, type Range } from './draw.ts';
import type { Transform } from './transform.ts';

/** Distance of pixels from the image's own mean brightness. */
export interface ContrastOptions extends ColourOptions {
  /** Range of factors; one number n is `[1 − n, 1 + n]`. */
  factor: number | Range;
}

/**
 * Brings every image's pixels nearer to its mean grey or further from it: `mean + factor · (x − mean)`.
 *
 * @throws {OptionError} if the factors are no range from 0 to 10, or 1 alone.
 */
export function contrast(options: ContrastOptions): Transform {
  const check = new OptionCheck('contrast');
  const { factor } = check.read(options, ['factor', ...COLOUR_KEYS]);
  const range = factorRange(check, 'factor', factor);
  const definition = { name: 'contrast', check, options, settings: { factor } };
  return colourTransform(definition, (facts, chosen, context) => {
    const change = drawUniform(range, facts, context).view([-1, 1, 1]).sub_(1).mul_(chosen);
    const grey = luma('contrast', facts).expand([facts.count, 1, -1]).bmm(facts.mean());
    const offset = grey.mul(change).neg().expand([-1, facts.channels, 1]);
    return { matrix: identity(facts).mul(change.add(1)), offset };
  });
}
