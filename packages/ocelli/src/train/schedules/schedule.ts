import { optionError, piecewiseLinear } from '@ocelli/torch';

/** Learning rate of a step: a pure function of the number of steps made before it. */
export type Schedule = (step: number) => number;

/** Where a triangle has its peak and its ends. */
export interface TriangleOptions {
  /** Length of the run, in epochs. */
  epochs: number;
  stepsPerEpoch: number;
  /** Learning rate at the peak. */
  peak: number;
  /** Epoch, possibly fractional, at which the peak is reached. @default peakEpochOf(epochs) */
  peakEpoch?: number;
}

/**
 * From 0 up to the peak and down to 0 again, evaluated at the fractional epoch of every step.
 *
 * `lr(step) = interp(step / stepsPerEpoch; 0, peakEpoch, epochs; 0, peak, 0)`
 *
 * So the very first step has a learning rate of 0: it only fills the momentum and the statistics of
 * batch normalization, as in the run this is taken from.
 *
 * @throws {OptionError} if the peak does not lie inside the run.
 */
export function triangle(options: TriangleOptions): Schedule {
  const { epochs, stepsPerEpoch, peak, peakEpoch = peakEpochOf(epochs) } = options;
  if (!(peakEpoch > 0 && peakEpoch < epochs)) {
    throw optionError('triangle', 'peakEpoch', `between 0 and epochs (${epochs})`, peakEpoch);
  }
  const lrAtEpoch = piecewiseLinear([
    [0, 0],
    [peakEpoch, peak],
    [epochs, 0],
  ]);
  return (step) => lrAtEpoch(step / stepsPerEpoch);
}

/**
 * The epoch of the peak: `⌊(E + 1) / 4⌋`, as in the run of 20 epochs this is taken from (5).
 *
 * Runs of one or two epochs would get 0 by that rule, a peak at the first step without any warm-up;
 * they get `(E + 1) / 4` unrounded instead: half an epoch and three quarters.
 */
export function peakEpochOf(epochs: number): number {
  const quarter = (epochs + 1) / 4;
  return quarter < 1 ? quarter : Math.floor(quarter);
}
