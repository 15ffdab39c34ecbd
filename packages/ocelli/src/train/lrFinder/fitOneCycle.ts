import type { SavableOptimizer } from '../checkpoints/checkpoint.ts';
import { fit, type FitOptions, type FitResult } from '../loop/fit.ts';
import { createSchedule } from '../schedules/createSchedule.ts';
import type { StepOptimizer } from '../loop/trainStep.ts';
import { suggestedRate, type SweepCurve } from './curve.ts';
import { findLearningRate } from './findLearningRate.ts';
import type { Suggestions } from './suggestions.ts';
import type { SweepOptions } from './sweep.ts';

/** What a one-cycle run trains with. */
export interface FitOneCycleOptions extends Omit<FitOptions, 'lrAt' | 'momentumAt' | 'optimizer'> {
  optimizer: StepOptimizer & SavableOptimizer;
  /** Which suggestion is the peak. @default 'valley' */
  suggestion?: keyof Suggestions;
  /** What the finder tries. @default as `findLearningRate` has it */
  finder?: SweepOptions;
  /** Options of the schedule `oneCycle`, in epochs. @default {} */
  oneCycle?: object;
}

/** What was found, and how the run went. */
export interface FitOneCycleResult extends FitResult {
  readonly lr: number;
  readonly curve: SweepCurve;
}

/**
 * Finds a learning rate and trains one cycle with it as the peak, in one call.
 *
 * @throws {OptionError} if the curve suggests nothing.
 */
export async function fitOneCycle(options: FitOneCycleOptions): Promise<FitOneCycleResult> {
  const { suggestion = 'valley', finder = {}, oneCycle = {}, ...rest } = options;
  const { model, optimizer, loss, data, gradients, gradientClip, device, epochs } = rest;
  const { accumulation, precision, lrFactors } = rest;
  const curve = await findLearningRate({
    ...finder,
    ...{ model, optimizer, loss, data },
    ...(gradients && { gradients }),
    ...(gradientClip !== undefined && { gradientClip }),
    ...(accumulation !== undefined && { accumulation }),
    ...(precision && { precision }),
    ...(lrFactors && { lrFactors }),
    ...(device && { device }),
  });
  const lr = suggestedRate('fitOneCycle', curve, suggestion);
  const run = { lr, epochs, stepsPerEpoch: data.stepsPerEpoch };
  const result = await fit({ ...rest, ...createSchedule('oneCycle', oneCycle, run) });
  return { ...result, lr, curve };
}
