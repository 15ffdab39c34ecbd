import { OptionCheck, zeros } from '@ocelli/torch';
import { factorRange } from './brightness.ts';
import { COLOUR_KEYS, type ColourOptions, colourTransform, identity, luma } from './colourMap.ts';
import { drawUniform, type Range } from './draw.ts';
import type { Transform } from './transform.ts';

/** Strength of colours. */
export interface SaturationOptions extends ColourOptions {
  /** Range of factors, 0 being grey; one number n is `[1 − n, 1 + n]`. */
  factor: number | Range;
}

/**
 * Makes every image's colours paler or stronger: `grey + factor · (x − grey)`, pixel by pixel.
 *
 * @throws {OptionError} if the factors are no range from 0 to 10, or 1 alone.
 * @throws {ShapeError} (when applied) if images have neither 3 channels nor 1.
 */
export function saturation(options: SaturationOptions): Transform {
  const check = new OptionCheck('saturation');
  const { factor } = check.read(options, ['factor', ...COLOUR_KEYS]);
  const range = factorRange(check, 'factor', factor);
  const definition = {
    name: 'saturation',
    check,
    options,
    settings: { factor },
    disturbs: 'colour',
  } as const;
  return colourTransform(definition, (facts, chosen, context) => {
    const { count, channels, device } = facts;
    const change = drawUniform(range, facts, context).view([-1, 1, 1]).sub_(1).mul_(chosen);
    const grey = luma('saturation', facts).expand([1, channels, -1]);
    const matrix = identity(facts).add(identity(facts).sub(grey).mul(change));
    return { matrix, offset: zeros([count, channels, 1], { device }) };
  });
}
