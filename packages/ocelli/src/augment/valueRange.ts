import { type OptionCheck, optionError, type Tensor } from '@ocelli/torch';
import { around, checkRange, type Range } from './draw.ts';

/**
 * Unit of a strength that is added to pixels: `share` of the way from black to white (0 to 1), or
 * `levels` of a byte (0 to 255).
 */
export type Unit = 'share' | 'levels';

/** What transforms need to know of floating images, whose white cannot be told from their type. */
export interface WhiteOptions {
  /** Value of white in floating images, 1 or 255; bytes have 255. Needed for floating images alone. */
  white?: number;
}

/**
 * White in the images' own units.
 *
 * @throws {OptionError} if floating images come without a value for it.
 */
export function whiteOf(
  where: string,
  { dtype }: Pick<Tensor, 'dtype'>,
  white: number | undefined,
): number {
  if (dtype === 'uint8') return 255;
  if (white !== undefined) return white;
  throw optionError(where, 'white', 'given for floating images, for example 1 or 255', white);
}

/** @throws {OptionError} if it is given and no number above 0. */
export function checkWhite(check: OptionCheck, white: number | undefined): void {
  if (white !== undefined) check.positive('white', white);
}

/**
 * The range of something added to pixels, as a share of white.
 *
 * A number below 1 in levels, or above 1 as a share, is a mistaken unit, so it is refused.
 */
export function addedShare(
  check: OptionCheck,
  { option, value, unit }: { option: string; value: number | Range; unit: Unit },
): Range {
  check.oneOf('unit', unit, ['share', 'levels']);
  const most = unit === 'share' ? 1 : 255;
  const range = checkRange(check, {
    option,
    value: around(value, 0),
    within: [-most, most],
    idle: 0,
  });
  if (unit === 'share') return range;
  const [low, high] = range;
  if (Math.max(-low, high) < 1) {
    const rule = 'at least 1 of 255 levels, or nothing can change';
    throw check.error(option, rule, value, 'For a share of the range, set unit to share.');
  }
  return [low / 255, high / 255];
}
