import { checkDevice, type Device } from './device.ts';
import { optionError } from './errors.ts';
import { native } from './native.ts';

/** Options of `autocast`. */
export interface AutocastOptions {
  /** Device type whose operators are cast. @default 'cuda' */
  device?: Device;
  /** Type that matrix products and convolutions run in. @default 'bfloat16' */
  dtype?: 'bfloat16' | 'float16';
}

/**
 * Runs `work` in mixed precision: operators that gain from a half-precision type get their inputs
 * cast to it, those that need range stay in float32, as PyTorch decides for each.
 *
 * @throws {OptionError} for float16 on the CPU, which libtorch does not autocast.
 */
export function autocast<T>(options: AutocastOptions, work: () => T): T {
  const { device = 'cuda', dtype = 'bfloat16' } = options;
  checkDevice('autocast', device);
  if (device === 'cpu' && dtype === 'float16') {
    throw optionError('autocast', 'dtype', 'bfloat16 on the CPU', dtype);
  }
  const before = native.setAutocast(device, true, dtype);
  try {
    return work();
  } finally {
    native.setAutocast(device, before.enabled, before.dtype);
    // Casts of weights are cached while autocast is on; after a step they would be stale.
    native.clearAutocastCache();
  }
}
