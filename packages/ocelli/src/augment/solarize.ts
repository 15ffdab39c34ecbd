import { OptionCheck } from '@ocelli/torch';
import { checkRange, drawUniform, type Range } from './draw.ts';
import { LEVELS_KEYS, type LevelsOptions, onLevels } from './pixelwise.ts';
import type { Transform } from './transform.ts';

/** Negatives of what is light. */
export interface SolarizeOptions extends LevelsOptions {
  /** Level from which on pixels are inverted, 0 to 255, or its range. @default 128 */
  threshold?: number | Range;
}

/**
 * Inverts every value at or above a threshold of the image's own.
 *
 * @throws {OptionError} if the thresholds are no range from 0 to 255.
 */
export function solarize(options: SolarizeOptions = {}): Transform {
  const check = new OptionCheck('solarize');
  const { threshold = 128 } = check.read(options, ['threshold', ...LEVELS_KEYS]);
  const value: Range = typeof threshold === 'number' ? [threshold, threshold] : threshold;
  const range = checkRange(check, { option: 'threshold', value, within: [0, 255], idle: NaN });
  const settings = { threshold };
  const definition = { name: 'solarize', check, options, settings, disturbs: 'colour' } as const;
  return onLevels(definition, (levels, images, context) => {
    const from = drawUniform(range, images, context).view([-1, 1, 1, 1]);
    return levels.mul(-1).add_(255).where(levels.ge(from), levels);
  });
}
