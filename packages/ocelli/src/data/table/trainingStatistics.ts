import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import type { PictureDataset } from '../pictureDataset.ts';
import { channelStatistics } from '../statistics.ts';
import type { ChannelStatistics } from '../statistics.ts';

/**
 * Mean and deviation of the training part, streamed once and then kept beside its pixels under the
 * hash of the rows: another split is measured anew.
 *
 * @param rows which pictures of the cache entry the data set holds.
 */
export function trainingStatistics(
  dataset: PictureDataset,
  rows: Int32Array,
  cacheEntry: string,
): ChannelStatistics {
  const hash = createHash('sha256').update(rows).digest('hex').slice(0, 16);
  const file = path.join(cacheEntry, `statistics-${hash}.json`);
  if (fs.existsSync(file)) return JSON.parse(fs.readFileSync(file, 'utf8')) as ChannelStatistics;
  const measured = channelStatistics(dataset);
  const temporary = `${file}.${process.pid}`;
  fs.writeFileSync(temporary, JSON.stringify(measured));
  fs.renameSync(temporary, file);
  return measured;
}
