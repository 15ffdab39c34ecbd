import { arange, bincount, OptionCheck, where } from '@ocelli/torch';
import { LEVELS_KEYS, type LevelsOptions, onLevels } from './pixelwise.ts';
import type { Transform } from './transform.ts';

/**
 * Spreads the values of every channel of every image so that all levels are used about equally often.
 *
 * The table is that of Pillow's `ImageOps.equalize`: with `step` a 255th of all pixels but those of the
 * highest level, level `v` becomes `⌊(⌊step / 2⌋ + pixels below v) / step⌋`.
 */
export function equalize(options: LevelsOptions = {}): Transform {
  const check = new OptionCheck('equalize');
  check.read(options, LEVELS_KEYS);
  return onLevels({ name: 'equalize', check, options, settings: {} }, (levels, images) => {
    const { count, channels, height, width, device } = images;
    const planes = count * channels;
    const values = levels
      .round()
      .to({ dtype: 'int64' })
      .contiguous()
      .view([planes, height * width]);
    const first = arange({ end: planes }, { dtype: 'int64', device }).mul_(256).unsqueeze(1);
    const histogram = bincount(values.add(first).flatten(), { minlength: planes * 256 })
      .view([planes, 256])
      .to({ dtype: 'float64' });
    const below = histogram.cumsum(1).sub(histogram);
    const highest = histogram.gather(1, values.amax([1], { keepdim: true }));
    const step = highest
      .neg()
      .add_(height * width)
      .div_(255)
      .floor();
    const table = below.add_(step.div(2).floor()).div_(step).floor().clamp_({ max: 255 });
    const spread = table.gather(1, values).to({ dtype: 'float32' });
    // Too few pixels for a step of one: the channel stays as it is, as in Pillow.
    const stays = step.eq(0);
    const plain = values.to({ dtype: 'float32' });
    return where(stays, plain, spread).view([count, channels, height, width]);
  });
}
