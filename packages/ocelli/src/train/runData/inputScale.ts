import { DataError } from '@ocelli/torch';
import { storedConstants } from '../../data/constants.ts';
import type { ChannelStatistics } from '../../data/statistics.ts';
import type { Experiment } from '../experiment/experiment.ts';

/**
 * What is subtracted from every pixel and what it is divided by, in 0 to 255, channel by channel: what
 * brings black to white into the range asked for; or the stored constants asked for; or else the mean and
 * deviation that the data has.
 *
 * @param own asked only where they are used.
 * @throws {DataError} if the data has a channel with the same value everywhere.
 */
export function inputScale(
  { pixelRange, constants }: Pick<Experiment, 'pixelRange' | 'constants'>,
  own: () => ChannelStatistics,
): ChannelStatistics {
  if (pixelRange !== null) return scaleTo(pixelRange);
  if (constants === null) return checked(own());
  const { mean, std } = storedConstants[constants];
  return { mean, std };
}

function checked(measured: ChannelStatistics): ChannelStatistics {
  if (measured.std.every((deviation) => deviation > 0)) return measured;
  const deviations = measured.std.map((deviation) => deviation.toFixed(2)).join(', ');
  throw new DataError(
    `training pictures: expected pixels that differ in red, green and blue, got deviations of ${deviations}. ` +
      'Look at the pictures, or train on them as they are with pixelRange (--pixel-range [0,1]).',
  );
}

/** `(x − mean) / std` is `low` where x is 0 and `high` where it is 255. */
function scaleTo([low, high]: readonly [number, number]): ChannelStatistics {
  const std = 255 / (high - low);
  const mean = low === 0 ? 0 : -low * std;
  return { mean: [mean, mean, mean], std: [std, std, std] };
}
