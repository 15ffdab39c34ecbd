import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { PictureDataset } from '../../data/pictureDataset.ts';
import { channelStatistics, type ChannelStatistics } from '../../data/statistics.ts';
import { writeJsonDurably } from '../runFolder/durableFile.ts';

/**
 * Mean and deviation of a whole training part, measured once and then kept beside its decoded pixels.
 * The folder is made anew whenever the pictures change, so what lies in it is never stale.
 *
 * @param cacheEntry folder with the decoded pixels of `train`.
 */
export function cachedStatistics(train: PictureDataset, cacheEntry: string): ChannelStatistics {
  const path = join(cacheEntry, 'train-statistics.json');
  if (existsSync(path)) return JSON.parse(readFileSync(path, 'utf8')) as ChannelStatistics;
  const measured = channelStatistics(train);
  writeJsonDurably(path, measured);
  return measured;
}
