import { optionError } from '@ocelli/torch';
import type { Batch } from './trainingData.ts';

/** Some of the pictures of a batch. */
export interface BatchPart {
  readonly batch: Pick<Batch, 'images' | 'labels' | 'mix'>;
  /** How many of the batch they are, from 0 to 1. */
  readonly share: number;
}

/**
 * Divides a batch into parts of equal size, the last possibly smaller; views, not copies. A batch with
 * fewer pictures has fewer parts.
 *
 * @throws {OptionError} if `count` is not a positive integer.
 */
export function batchParts(batch: Batch, count: number): BatchPart[] {
  if (!(Number.isInteger(count) && count > 0)) {
    throw optionError('trainStep', 'accumulation', 'a positive integer', count);
  }
  if (count === 1) return [{ batch, share: 1 }];
  const { images, labels, mix } = batch;
  const total = images.shape[0] ?? 0;
  const size = Math.ceil(total / count);
  return Array.from({ length: Math.ceil(total / size) }, (_, index) => {
    const start = index * size;
    const length = Math.min(size, total - start);
    const part = {
      images: images.narrow(0, start, length),
      labels: labels.narrow(0, start, length),
      ...(mix && {
        mix: {
          labels: mix.labels.narrow(0, start, length),
          share: mix.share.narrow(0, start, length),
        },
      }),
    };
    return { batch: part, share: length / total };
  });
}
