import { type Device, OptionCheck, optionError, tensor, type Tensor } from '@ocelli/torch';
import { chooseImages } from './draw.ts';
import { alongRow, fromRows, imageShape, toRows } from './pixelRows.ts';
import type { Transform } from './transform.ts';
import type { TransformContext } from './transformContext.ts';

/** Mean and deviation to normalise with. */
export interface NormalizeOptions {
  /** One value a channel, in the units of the images: 0 to 255 for uint8. */
  mean: readonly number[];
  /** One value a channel, above 0, in the same units. */
  std: readonly number[];
}

/**
 * Makes float32 images of mean 0 and deviation 1: `(x − mean) / std`, channel by channel.
 *
 * @throws {OptionError} if a deviation is not above 0, if the lists differ in length or (when applied)
 *   do not have one value a channel, or if mean 0 and deviation 1 would change nothing.
 */
export function normalize(options: NormalizeOptions): Transform {
  new OptionCheck('normalize').read(options, ['mean', 'std']);
  const mean = listOf('mean', options.mean);
  const std = listOf('std', options.std);
  checkConstants(mean, std);
  const constants = alongRows(mean, std);
  const apply = (images: Tensor, context: TransformContext) => {
    const { count, channels, width } = imageShape('normalize', images);
    if (channels !== mean.length) throw wrongChannels(channels, mean);
    const { device } = images;
    chooseImages({ name: 'normalize', probability: 1, count, device }, context);
    const { scale, shift } = constants(device, width);
    const rows = toRows(images).to({ dtype: 'float32', copy: true });
    return fromRows(rows.mul_(scale).sub_(shift), channels);
  };
  return { name: 'normalize', settings: { mean, std }, apply };
}

interface RowConstants {
  readonly device: Device;
  readonly width: number;
  readonly scale: Tensor;
  readonly shift: Tensor;
}

/** What rows are multiplied by and lessened by, kept for the next batch: bringing them to a device waits. */
function alongRows(
  mean: readonly number[],
  std: readonly number[],
): (device: Device, width: number) => RowConstants {
  let made: RowConstants | undefined;
  return (device, width) => {
    if (made?.device === device && made.width === width) return made;
    const along = (values: number[]): Tensor => alongRow(tensor(values, { device }), width).keep();
    // x · (1/std) − mean/std: two passes in place, and no division for every pixel.
    const scale = along(std.map((s) => 1 / s));
    const shift = along(mean.map((m, c) => m / (std[c] ?? 1)));
    return (made = { device, width, scale, shift });
  };
}

function listOf(option: string, values: readonly number[]): number[] {
  if (Array.isArray(values)) return [...(values as readonly number[])];
  throw optionError('normalize', option, 'a list of numbers', values);
}

function checkConstants(mean: readonly number[], std: readonly number[]): void {
  if (mean.length !== std.length || mean.length === 0) {
    throw optionError('normalize', 'std', `as many values as mean (${mean.length})`, std);
  }
  if (!mean.every(Number.isFinite)) {
    throw optionError('normalize', 'mean', 'finite numbers', mean);
  }
  if (!std.every((value) => Number.isFinite(value) && value > 0)) {
    throw optionError('normalize', 'std', 'numbers above 0', std);
  }
  if (mean.every((value) => value === 0) && std.every((value) => value === 1)) {
    throw optionError('normalize', 'mean and std', 'other than 0 and 1, which change nothing', [
      mean,
      std,
    ]);
  }
}

function wrongChannels(channels: number, mean: readonly number[]): Error {
  return optionError('normalize', 'mean', `one value for each of ${channels} channels`, mean);
}
