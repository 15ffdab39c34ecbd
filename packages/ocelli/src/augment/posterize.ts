import { OptionCheck, randint } from '@ocelli/torch';
import { checkRange, type Range } from './draw.ts';
import { LEVELS_KEYS, type LevelsOptions, onLevels } from './pixelwise.ts';
import type { Transform } from './transform.ts';

/** Fewer levels. */
export interface PosterizeOptions extends LevelsOptions {
  /** Bits kept of each value, or the fewest and the most, 1 to 8; 8 changes nothing. @default 4 */
  bits?: number | Range;
}

/**
 * Keeps the highest bits of every value, so that few levels remain.
 *
 * @throws {OptionError} if the bits are not whole numbers from 1 to 8, or 8 alone.
 */
export function posterize(options: PosterizeOptions = {}): Transform {
  const check = new OptionCheck('posterize');
  const { bits = 4 } = check.read(options, ['bits', ...LEVELS_KEYS]);
  const value: Range = typeof bits === 'number' ? [bits, bits] : bits;
  const [low, high] = checkRange(check, { option: 'bits', value, within: [1, 8], idle: 8 });
  if (!value.every(Number.isInteger)) throw check.error('bits', 'whole numbers', bits);
  const definition = { name: 'posterize', check, options, settings: { bits } };
  return onLevels(definition, (levels, { count, device }, { generator }) => {
    const kept = randint({ low, high: high + 1, shape: [count, 1, 1, 1], device, generator });
    const dropped = kept.neg().add_(8).to({ dtype: 'float32' });
    const step = dropped.mul_(Math.LN2).exp().round();
    return levels.div_(step).floor().mul_(step);
  });
}
