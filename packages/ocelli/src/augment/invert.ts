import { OptionCheck } from '@ocelli/torch';
import { COLOUR_KEYS, type ColourOptions, colourTransform, identity } from './colourMap.ts';
import type { Transform } from './transform.ts';

/** Turns images into their negatives: `white − x`. */
export function invert(options: ColourOptions = {}): Transform {
  const check = new OptionCheck('invert');
  check.read(options, COLOUR_KEYS);
  const definition = { name: 'invert', check, options, settings: {}, disturbs: 'colour' } as const;
  return colourTransform(definition, (facts, chosen) => ({
    matrix: identity(facts).mul(chosen.mul(-2).add_(1)),
    offset: chosen.expand([-1, facts.channels, 1]),
  }));
}
