import { OptionCheck, tensor } from '@ocelli/torch';
import { factorRange } from './brightness.ts';
import { separableBlur } from './blur.ts';
import { drawUniform, type Range } from './draw.ts';
import { LEVELS_KEYS, type LevelsOptions, onLevels } from './pixelwise.ts';
import type { Transform } from './transform.ts';

/** Softer and sharper. */
export interface SharpnessOptions extends LevelsOptions {
  /** Range of factors, 0 being soft and 2 sharp; one number n is `[1 − n, 1 + n]`. */
  factor: number | Range;
}

/**
 * Makes every image softer or sharper by a factor of its own: `soft + factor · (x − soft)`, where soft is
 * the image smoothed with weights 1, 2, 1 both ways.
 *
 * @throws {OptionError} if the factors are no range from 0 to 10, or 1 alone.
 */
export function sharpness(options: SharpnessOptions): Transform {
  const check = new OptionCheck('sharpness');
  const { factor } = check.read(options, ['factor', ...LEVELS_KEYS]);
  const range = factorRange(check, 'factor', factor);
  const definition = { name: 'sharpness', check, options, settings: { factor } };
  return onLevels(definition, (levels, images, context) => {
    const { count, device } = images;
    const factors = drawUniform(range, images, context).view([-1, 1, 1, 1]);
    const kernel = tensor([[0.25, 0.5, 0.25]], { device }).expand([count, 3]);
    const soft = separableBlur(levels, kernel);
    return soft.add(levels.sub(soft).mul_(factors));
  });
}
