import { OptionCheck, zeros } from '@ocelli/torch';
import { COLOUR_KEYS, type ColourOptions, colourTransform, identity, luma } from './colourMap.ts';
import type { Transform } from './transform.ts';

/** Takes the colour out of images; all channels show their brightness. */
export function grayscale(options: ColourOptions = {}): Transform {
  const check = new OptionCheck('grayscale');
  check.read(options, COLOUR_KEYS);
  const definition = {
    name: 'grayscale',
    check,
    options,
    settings: {},
    disturbs: 'colour',
  } as const;
  return colourTransform(definition, (facts, chosen) => {
    const { count, channels, device } = facts;
    const grey = luma('grayscale', facts).expand([1, channels, -1]);
    const matrix = identity(facts).add(grey.sub(identity(facts)).mul(chosen));
    return { matrix, offset: zeros([count, channels, 1], { device }) };
  });
}
