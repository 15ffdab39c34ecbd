import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { PictureDataset } from '../../data/pictureDataset.ts';
import { channelStatistics, type ChannelStatistics } from '../../data/statistics.ts';
import { writeJsonDurably } from '../runFolder/durableFile.ts';

/**
 * Mean and deviation of a whole training part, measured once and then kept beside its decoded pixels.
 * The folder is made anew whenever the pictures change, so what lies in it is never stale. Where another
 * process is just making it anew, nothing is kept.
 *
 * @param cacheEntry folder with the decoded pixels of `train`.
 */
export function cachedStatistics(train: PictureDataset, cacheEntry: string): ChannelStatistics {
  const path = join(cacheEntry, 'train-statistics.json');
  const kept = unlessGone(() => readFileSync(path, 'utf8'));
  if (kept !== undefined) return JSON.parse(kept) as ChannelStatistics;
  const measured = channelStatistics(train);
  unlessGone(() => writeJsonDurably(path, measured));
  return measured;
}

/** Undefined if there is no such file or folder (any more). */
function unlessGone<T>(access: () => T): T | undefined {
  try {
    return access();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
