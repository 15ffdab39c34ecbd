import { OptionCheck, zeros } from '@ocelli/torch';
import { COLOUR_KEYS, type ColourOptions, colourTransform, identity } from './colourMap.ts';
import { around, checkRange, drawUniform, type Range } from './draw.ts';
import type { Transform } from './transform.ts';
import { addedShare, type Unit } from './valueRange.ts';
import type { ColourFacts } from './joinableMaps.ts';

/** Lighter and darker. */
export interface BrightnessOptions extends ColourOptions {
  /** Largest amount added or taken away, or the range of amounts. */
  add?: number | Range;
  /** Of `add`. @default 'share' */
  unit?: Unit;
  /** Range of factors; one number n is `[1 − n, 1 + n]`. */
  multiply?: number | Range;
}

/**
 * Makes every image lighter or darker by an amount or factor of its own: `x · multiply + add`.
 *
 * @throws {OptionError} if neither is given, a range is outside its bounds or changes nothing, or the
 *   unit is mistaken: 0.3 of 255 levels is no brightness.
 */
export function brightness(options: BrightnessOptions): Transform {
  const check = new OptionCheck('brightness');
  const { add, unit, multiply } = check.read(options, ['add', 'unit', 'multiply', ...COLOUR_KEYS]);
  if (add === undefined && multiply === undefined) {
    throw check.error('add or multiply', 'given', options);
  }
  if (add === undefined && unit !== undefined) {
    throw check.error('unit', 'left out without add', unit);
  }
  const added =
    add !== undefined && addedShare(check, { option: 'add', value: add, unit: unit ?? 'share' });
  const factors = multiply !== undefined && factorRange(check, 'multiply', multiply);
  const settings = {
    ...(add !== undefined && { add, unit: unit ?? 'share' }),
    ...(multiply !== undefined && { multiply }),
  };
  return colourTransform(
    { name: 'brightness', check, options, settings },
    (facts, chosen, context) => {
      const { count, channels, device } = facts;
      const draw = (range: Range) => drawUniform(range, facts, context).view([-1, 1, 1]);
      const factor = factors ? draw(factors).sub_(1).mul_(chosen).add_(1) : identityFactor(facts);
      const amount = added ? draw(added).mul_(chosen) : zeros([count, 1, 1], { device });
      return { matrix: identity(facts).mul(factor), offset: amount.expand([count, channels, 1]) };
    },
  );
}

function identityFactor({ count, device }: ColourFacts) {
  return zeros([count, 1, 1], { device }).add_(1);
}

/** The range of a factor on pixels, 0 to 10. */
export function factorRange(check: OptionCheck, option: string, value: number | Range): Range {
  return checkRange(check, { option, value: around(value, 1), within: [0, 10], idle: 1 });
}
