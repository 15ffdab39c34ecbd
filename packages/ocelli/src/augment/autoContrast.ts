import { OptionCheck, where } from '@ocelli/torch';
import { LEVELS_KEYS, type LevelsOptions, onLevels } from './pixelwise.ts';
import type { Transform } from './transform.ts';

/** Stretches every channel of every image so that it reaches from black to white. */
export function autoContrast(options: LevelsOptions = {}): Transform {
  const check = new OptionCheck('autoContrast');
  check.read(options, LEVELS_KEYS);
  return onLevels({ name: 'autoContrast', check, options, settings: {} }, (levels) => {
    const low = levels.amin([2, 3], { keepdim: true });
    const span = levels.amax([2, 3], { keepdim: true }).sub_(low);
    // A channel of one value has nothing to stretch.
    const flat = span.eq(0);
    const gain = span
      .add(flat.to({ dtype: 'float32' }))
      .pow(-1)
      .mul_(255);
    return where(flat, levels, levels.sub(low).mul_(gain));
  });
}
