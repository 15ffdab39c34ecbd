// How long it takes to decode all pictures of a data set once, into the cache.
import { join } from 'node:path';
import { openPictures } from 'ocelli';
import type { Benchmark, BenchmarkOptions, Figure } from './benchmark.ts';
import { writePictures } from './pictureFolder.ts';
import { inTemporaryFolder } from './temporaryFolder.ts';

export const decode: Benchmark = {
  name: 'decode',
  measures: 'decoding 60,000 pictures once: reading, decoding, writing to the cache',
  run: (options) => inTemporaryFolder((folder) => measure(folder, options)),
};

async function measure(folder: string, options: BenchmarkOptions): Promise<Figure> {
  const { data, quick, note } = options;
  const path = data ?? join(folder, 'pictures');
  if (data === undefined) {
    await writePictures(path, quick ? 6_000 : 60_000);
    note('decoded drawn 32x32 PNG files; pass --data for real ones');
  }
  const start = performance.now();
  const pictures = await openPictures({ path, cacheFolder: join(folder, 'cache') });
  const seconds = (performance.now() - start) / 1000;
  const count = pictures.train.length + (pictures.test?.length ?? 0);
  return { value: seconds, unit: `s for ${count} pictures`, better: 'lower' };
}
