import { OptionCheck } from '@ocelli/torch';
import { brightness } from './brightness.ts';
import {
  COLOUR_KEYS,
  type ColourOptions,
  colourTransform,
  identity,
  joinColours,
} from './colourMap.ts';
import { contrast } from './contrast.ts';
import type { Range } from './draw.ts';
import { hue } from './hue.ts';
import { saturation } from './saturation.ts';
import type { Transform } from './transform.ts';
import type { ColourStep } from './joinableMaps.ts';

/** Strengths of the four changes; what is left out is not changed. */
export interface ColorJitterOptions extends ColourOptions {
  /** Factors of the brightness; one number n is `[1 − n, 1 + n]`. */
  brightness?: number | Range;
  /** Factors of the contrast; one number n is `[1 − n, 1 + n]`. */
  contrast?: number | Range;
  /** Factors of the saturation; one number n is `[1 − n, 1 + n]`. */
  saturation?: number | Range;
  /** Largest turn of the hue to either side, or its range, in degrees. */
  hue?: number | Range;
}

/**
 * Brightness, contrast, saturation and hue of every image, in this order, in one pass over the pixels.
 *
 * @throws {OptionError} if none is given, or one is outside its bounds.
 */
export function colorJitter(options: ColorJitterOptions): Transform {
  const check = new OptionCheck('colorJitter');
  const strengths = check.read(options, [...STRENGTHS, ...COLOUR_KEYS]);
  const given = STRENGTHS.filter((name) => strengths[name] !== undefined);
  const [first, ...others] = given.map((name) => makers[name](strengths[name] ?? 0).colour);
  if (first === undefined) {
    throw check.error('strengths', `at least one of ${STRENGTHS.join(', ')}`, options);
  }
  const all = others.reduce<ColourStep>(
    (one, other) => joinColours(one, other as ColourStep),
    first,
  );
  const settings = Object.fromEntries(given.map((name) => [name, strengths[name]]));
  const recolours = given.includes('saturation') || given.includes('hue');
  const definition = { name: 'colorJitter', check, options, settings } as const;
  return colourTransform(
    { ...definition, ...(recolours && { disturbs: 'colour' }) },
    (facts, chosen, { generator }) => {
      const { matrix, offset } = all.map(facts, { generator });
      const same = identity(facts);
      return { matrix: matrix.sub(same).mul_(chosen).add_(same), offset: offset.mul(chosen) };
    },
  );
}

const STRENGTHS = ['brightness', 'contrast', 'saturation', 'hue'] as const;

const makers: Record<(typeof STRENGTHS)[number], (strength: number | Range) => Transform> = {
  brightness: (multiply) => brightness({ multiply }),
  contrast: (factor) => contrast({ factor }),
  saturation: (factor) => saturation({ factor }),
  hue: (degrees) => hue({ degrees }),
};
