import { OptionCheck } from '@ocelli/torch';
import type { Schedule } from './schedule.ts';

/** A learning rate that goes up and down between two bounds. */
export interface CyclicOptions {
  /** Lower bound, where a cycle begins and ends. */
  base: number;
  /** Upper bound, before scaling. */
  max: number;
  /** Half a cycle, in steps. */
  stepSize: number;
  /** How the height of cycles changes. @default 'triangular' */
  mode?: CyclicMode;
  /** Of `expRange`: factor on the height, once a step. @default 1 */
  gamma?: number;
  /** A scale of one's own instead of a mode: factor on the height, of the cycle (from 1) or the step. */
  scale?: (at: number) => number;
  /** What `scale` is given. @default 'cycle' */
  scaleOn?: 'cycle' | 'step';
}

/** Cycles of one height, each half as high as the one before, or falling by a factor every step. */
export type CyclicMode = 'triangular' | 'triangular2' | 'expRange';

/**
 * `lr = base + (max − base) · max(0, 1 − x) · scale`, with `cycle = ⌊1 + step / (2 · stepSize)⌋` and
 * `x = |step / stepSize − 2 · cycle + 1|`.
 *
 * @throws {OptionError} if a bound, size or factor is outside its range, or `gamma` or `scaleOn` would
 *   have no effect.
 * @see Smith 2017, https://arxiv.org/abs/1506.01186
 */
export function cyclic(options: CyclicOptions): Schedule {
  const check = new OptionCheck('cyclic');
  const keys = ['base', 'max', 'stepSize', 'mode', 'gamma', 'scale', 'scaleOn'] as const;
  const { base, max, stepSize } = check.read(options, keys);
  check.number('base', base, [0]);
  if (!(Number.isFinite(max) && max > base)) throw check.error('max', `above base (${base})`, max);
  check.positive('stepSize', stepSize);
  const { scale, on } = scaleOf(check, options);
  return (step) => {
    const cycle = Math.floor(1 + step / (2 * stepSize));
    const x = Math.abs(step / stepSize - 2 * cycle + 1);
    return base + (max - base) * Math.max(0, 1 - x) * scale(on === 'cycle' ? cycle : step);
  };
}

function scaleOf(check: OptionCheck, options: CyclicOptions) {
  const { mode = 'triangular', gamma = 1, scale, scaleOn = 'cycle' } = options;
  check.oneOf('mode', mode, ['triangular', 'triangular2', 'expRange']);
  check.oneOf('scaleOn', scaleOn, ['cycle', 'step']);
  if (scale !== undefined) {
    if (options.mode !== undefined)
      throw check.error('mode', 'left out with a scale of its own', mode);
    return { scale, on: scaleOn } as const;
  }
  if (options.scaleOn !== undefined)
    throw check.error('scaleOn', 'left out without scale', scaleOn);
  if (mode !== 'expRange' && options.gamma !== undefined) {
    throw check.error('gamma', 'left out unless mode is expRange', gamma);
  }
  if (mode === 'expRange') {
    check.positive('gamma', gamma);
    return { scale: (step: number) => gamma ** step, on: 'step' } as const;
  }
  const halved = mode === 'triangular2' ? 2 : 1;
  return { scale: (cycle: number) => 1 / halved ** (cycle - 1), on: 'cycle' } as const;
}
