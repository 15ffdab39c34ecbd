import { autoContrast } from './autoContrast.ts';
import { brightness } from './brightness.ts';
import { contrast } from './contrast.ts';
import type { Range } from './draw.ts';
import { equalize } from './equalize.ts';
import { posterize } from './posterize.ts';
import { rotate } from './rotate.ts';
import { saturation } from './saturation.ts';
import { sharpness } from './sharpness.ts';
import { shear } from './shear.ts';
import { shift } from './shift.ts';
import { solarize } from './solarize.ts';
import type { Transform } from './transform.ts';

/** A transform at strengths in a range from −1 to 1, or nothing; 1 is as strong as the space allows. */
type AtStrength = (range: Range) => Transform | undefined;

/** Strongest values of both published spaces. */
export interface Space {
  /** Factors of colour, contrast, brightness and sharpness lie in 1 ± this. */
  readonly factor: number;
  readonly degrees: number;
  /** Share of the image's side. */
  readonly shift: number;
  /** Tangent of the angle. */
  readonly shear: number;
  /** Fewest bits that posterizing leaves. */
  readonly bits: number;
}

/**
 * The transforms that RandAugment and TrivialAugment choose from; `undefined` leaves an image as it is.
 *
 * What has a direction gets it from the sign of its strength, the others go by its size.
 */
export function automaticSpace(space: Space): readonly AtStrength[] {
  const signed = (most: number) => (range: Range) => scaled(range, most);
  const [turn, move, slant] = [signed(space.degrees), signed(space.shift), slanted(space.shear)];
  const factors = (range: Range): Range => shifted(scaled(range, space.factor), 1);
  const bits = (range: Range) => shifted(scaled(sizeOf(range), space.bits - 8), 8);
  return [
    () => undefined,
    () => autoContrast(),
    () => equalize(),
    (range) => rotate({ degrees: turn(range) }),
    (range) => shear({ degrees: slant(range), lines: 'upright' }),
    (range) => shear({ degrees: slant(range), lines: 'level' }),
    (range) => shift({ width: move(range) }),
    (range) => shift({ height: move(range) }),
    (range) => brightness({ multiply: factors(range) }),
    (range) => contrast({ factor: factors(range) }),
    (range) => saturation({ factor: factors(range) }),
    (range) => sharpness({ factor: factors(range) }),
    (range) => solarize({ threshold: shifted(scaled(sizeOf(range), -255), 255) }),
    (range) => posterizeUnlessIdle(bits(range)),
  ];
}

function posterizeUnlessIdle(bits: Range): Transform | undefined {
  const [fewest, most] = [Math.round(bits[0]), Math.round(bits[1])];
  return fewest > 7 ? undefined : posterize({ bits: [fewest, most] });
}

function scaled([low, high]: Range, factor: number): Range {
  return factor < 0 ? [high * factor, low * factor] : [low * factor, high * factor];
}

function shifted([low, high]: Range, by: number): Range {
  return [low + by, high + by];
}

/** Tangents up to `most` as degrees. */
function slanted(most: number): (range: Range) => Range {
  const degrees = (strength: number) => (Math.atan(strength * most) * 180) / Math.PI;
  return ([low, high]) => [degrees(low), degrees(high)];
}

/** The range of the sizes of numbers in a range. */
function sizeOf([low, high]: Range): Range {
  const [one, other] = [Math.abs(low), Math.abs(high)];
  return [low < 0 && high > 0 ? 0 : Math.min(one, other), Math.max(one, other)];
}
