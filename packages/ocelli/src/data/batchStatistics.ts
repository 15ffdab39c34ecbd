import { operator, optionError, scope, type Tensor } from '@ocelli/torch';
import type { ChannelStatistics } from './statistics.ts';

/** Mean and deviation of every channel over pictures that came in batches. */
export interface BatchStatistics extends ChannelStatistics {
  /**
   * Mean over pictures of each one's own deviation, as some published constants have it. It leaves out how
   * pictures differ from one another, so it is never larger than `std`, which is that of all pixels
   * pooled: normalized with it, pixels have a deviation above 1.
   */
  readonly meanImageStd: readonly number[];
  /** Pictures seen. */
  readonly count: number;
}

/** What a loader yields: labels may be there or not. */
interface Loaded {
  /** `(N, C, H, W)`, all of one size, in any units. */
  readonly images: Tensor;
  readonly labels?: Tensor;
}

/**
 * Mean and deviation of each channel over the batches of any loader, in the units that they come in and in
 * memory that does not grow. Each batch is freed after it was seen.
 *
 * Sums are kept in 64 bits and merged batch by batch, so large values far from 0 lose nothing.
 *
 * @throws {OptionError} if there is no batch.
 * @see Chan, Golub & LeVeque 1983, "Algorithms for computing the sample variance"
 */
export function batchStatistics(batches: Iterable<Loaded>): BatchStatistics {
  let pooled: Pooled | undefined;
  for (const { images, labels } of batches) {
    const next = pooledOf(images);
    pooled = pooled === undefined ? next : merged(pooled, next);
    images.dispose();
    labels?.dispose();
  }
  if (pooled === undefined) throw optionError('batchStatistics', 'batches', 'at least one', []);
  const { pictures, pixels, mean, squares, imageStds } = pooled;
  return {
    mean,
    std: squares.map((sum) => Math.sqrt(sum / pixels)),
    meanImageStd: imageStds.map((sum) => sum / pictures),
    count: pictures,
  };
}

/** What is known of some pictures, channel by channel. */
interface Pooled {
  readonly pictures: number;
  /** Of one channel. */
  readonly pixels: number;
  readonly mean: readonly number[];
  /** Sums of squared differences from the mean. */
  readonly squares: readonly number[];
  /** Sums over pictures of their own deviations. */
  readonly imageStds: readonly number[];
}

function pooledOf(images: Tensor): Pooled {
  return scope(() => {
    const values = images.to({ dtype: 'float64' });
    const [deviation, mean] = stdMean(values, [0, 2, 3], 0, false);
    const [own] = stdMean(values, [2, 3], 0, false); // (N, C)
    const [count = 0, , height = 0, width = 0] = images.shape;
    const pixels = count * height * width;
    return {
      pictures: count,
      pixels,
      mean: numbers(mean),
      squares: numbers(deviation).map((value) => value * value * pixels),
      imageStds: numbers(own.sum([0])),
    };
  });
}

function merged(a: Pooled, b: Pooled): Pooled {
  const pixels = a.pixels + b.pixels;
  const apart = a.mean.map((mean, c) => (b.mean[c] ?? NaN) - mean);
  const add = (one: readonly number[], other: readonly number[]): number[] =>
    one.map((value, c) => value + (other[c] ?? NaN));
  return {
    pictures: a.pictures + b.pictures,
    pixels,
    mean: a.mean.map((mean, c) => mean + ((apart[c] ?? NaN) * b.pixels) / pixels),
    squares: add(a.squares, b.squares).map(
      (sum, c) => sum + ((apart[c] ?? NaN) ** 2 * a.pixels * b.pixels) / pixels,
    ),
    imageStds: add(a.imageStds, b.imageStds),
  };
}

function numbers(values: Tensor): number[] {
  return Array.from(values.toTypedArray(), Number);
}

const stdMean = operator('aten::std_mean.correction');
