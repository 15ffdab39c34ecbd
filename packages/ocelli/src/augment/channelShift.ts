import { OptionCheck, rand } from '@ocelli/torch';
import { COLOUR_KEYS, type ColourOptions, colourTransform, identity } from './colourMap.ts';
import type { Range } from './draw.ts';
import type { Transform } from './transform.ts';
import { addedShare, type Unit } from './valueRange.ts';

/** Shifts of single channels. */
export interface ChannelShiftOptions extends ColourOptions {
  /** Largest amount added or taken away, or the range of amounts. */
  amount: number | Range;
  /** Of `amount`. @default 'share' */
  unit?: Unit;
}

/**
 * Adds to every channel of every image an amount of its own, which tints the image.
 *
 * @throws {OptionError} if the amount is outside its bounds or changes nothing, or its unit is mistaken.
 */
export function channelShift(options: ChannelShiftOptions): Transform {
  const check = new OptionCheck('channelShift');
  const { amount, unit = 'share' } = check.read(options, ['amount', 'unit', ...COLOUR_KEYS]);
  const [low, high] = addedShare(check, { option: 'amount', value: amount, unit });
  const settings = { amount, unit };
  const definition = {
    name: 'channelShift',
    check,
    options,
    settings,
    disturbs: 'colour',
  } as const;
  return colourTransform(definition, (facts, chosen, { generator }) => {
    const { count, channels, device } = facts;
    const drawn = rand([count, channels, 1], { device, generator })
      .mul_(high - low)
      .add_(low);
    return { matrix: identity(facts).expand([count, -1, -1]), offset: drawn.mul_(chosen) };
  });
}
