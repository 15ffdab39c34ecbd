import { operator, scope, type Tensor } from '@ocelli/torch';
import type { PictureDataset } from './pictureDataset.ts';

/** Mean and deviation of each channel. */
export interface ChannelStatistics {
  readonly mean: readonly number[];
  /** Population deviation, of all pixels pooled. */
  readonly std: readonly number[];
}

/** Pictures summed at a time, so that memory does not grow with the data set. */
const CHUNK = 512;

/**
 * Mean and deviation of each channel over all pixels of a data set, in 0 to 255, red green blue.
 *
 * Sums are exact integers, so neither the order nor the number of pictures matters. Use the training
 * part only: statistics that have seen the test part flatter it.
 */
export function channelStatistics(dataset: PictureDataset): ChannelStatistics {
  const sums: Sums = { values: [0, 0, 0], squares: [0, 0, 0] };
  for (const { images, labels } of dataset.batches({ batchSize: CHUNK })) {
    scope(() => addPixels(sums, images.permute([0, 2, 3, 1]).toTypedArray()));
    images.dispose();
    labels.dispose();
  }
  const [, height, width] = dataset.imageShape;
  const count = dataset.length * height * width;
  const mean = sums.values.map((sum) => sum / count);
  // Exact sums make this the textbook formula without its cancellation.
  const std = sums.squares.map((square, c) => Math.sqrt(square / count - (mean[c] ?? 0) ** 2));
  return { mean, std };
}

/** For each channel, the sum of its values and of their squares. */
interface Sums {
  readonly values: number[];
  readonly squares: number[];
}

/** Adds pixels of three bytes. A plain loop, several times faster than sums over three channels. */
function addPixels(sums: Sums, pixels: ArrayLike<number | bigint>): void {
  const bytes = pixels as Uint8Array; // images are uint8
  let [r, g, b, rr, gg, bb] = [0, 0, 0, 0, 0, 0];
  for (let i = 0; i < bytes.length; i += 3) {
    const red = bytes[i] ?? 0;
    const green = bytes[i + 1] ?? 0;
    const blue = bytes[i + 2] ?? 0;
    r += red;
    g += green;
    b += blue;
    rr += red * red;
    gg += green * green;
    bb += blue * blue;
  }
  addTo(sums.values, [r, g, b]);
  addTo(sums.squares, [rr, gg, bb]);
}

function addTo(totals: number[], parts: readonly number[]): void {
  for (const [c, part] of parts.entries()) totals[c] = (totals[c] ?? 0) + part;
}

/** What the first normalised batch looks like, and whether it is what a network expects. */
export interface NormalizationCheck extends ChannelStatistics {
  /** True if every channel's mean lies within ±0.5 and its deviation between 0.5 and 2. */
  readonly plausible: boolean;
}

/**
 * Looks at a batch of normalised images: means should be near 0 and deviations near 1.
 *
 * It catches pixels in another range than the constants (255 times too large or small) and forgotten
 * normalisation; one batch of odd pictures stays well inside the limits. Waits for the device.
 *
 * @param images float `(N, C, H, W)`.
 */
export function checkNormalization(images: Tensor): NormalizationCheck {
  const [mean, std] = scope(() => {
    const [deviations, means] = stdMean(images.to({ dtype: 'float64' }), [0, 2, 3], 0, false);
    return [toNumbers(means), toNumbers(deviations)];
  });
  const plausible =
    mean.every((value) => Math.abs(value) <= 0.5) && std.every((value) => value > 0.5 && value < 2);
  return { mean, std, plausible };
}

function toNumbers(tensor: Tensor): number[] {
  return Array.from(tensor.toTypedArray(), Number);
}

const stdMean = operator('aten::std_mean.correction');
