import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { noGrad, scope, type Tensor } from '@ocelli/torch';
import sharp from 'sharp';
import { unnormalize } from '../../augment/unnormalize.ts';
import { bytesOfImages } from '../../data/imageBytes.ts';
import { writeDurably } from '../../train/runFolder/durableFile.ts';
import type { Experiment } from '../../train/experiment/experiment.ts';
import { trainingBatches } from '../../train/batches/pictureBatches.ts';
import type { PictureFacts, RunData } from '../../train/runData/runData.ts';
import type { RunFolder } from '../../train/runFolder/runFolder.ts';
import { type Batch, disposeBatch } from '../../train/batches/trainingData.ts';
import { type Head, readHeads } from '../heads.ts';
import { type Captioned, pictureGrid } from './pictureGrid.ts';
import { pngOf } from './raster.ts';

/** How many batches are drawn, and how many pictures of each. */
const shown = { batches: 3, pictures: 40 };

/** Longest side of a picture in the grid, in pixels: twice its place on paper. */
const longestSide = 168;

/**
 * Draws the first training batches as the network sees them, augmented, with their labels, as
 * `pictures/batch-<n>.png`. Batches are a pure function of seed, epoch and step, so they can be drawn at
 * any time.
 */
export async function drawFirstBatches(
  folder: RunFolder,
  experiment: Experiment,
  data: Pick<RunData, 'train' | 'facts'>,
): Promise<void> {
  const heads = readHeads(folder);
  const batches = trainingBatches(data.train, data.facts, experiment);
  mkdirSync(folder.pictures, { recursive: true });
  let number = 0;
  for (const batch of batches.batches(1, 0)) {
    const pictures = await captioned(batch, heads, data.facts);
    disposeBatch(batch);
    number++;
    const title = `Batch ${number} as the network sees it: ${pictures.length} of ${batch.indices.length} pictures`;
    const png = await pngOf(pictureGrid(pictures, { title }));
    writeDurably(join(folder.pictures, `batch-${number}.png`), png);
    if (number === shown.batches) return;
  }
}

/** The pictures of a batch in the colours they had before they were normalized, each with its labels. */
export async function captioned(
  batch: Batch,
  heads: readonly Head[],
  facts: PictureFacts,
): Promise<Captioned[]> {
  const count = Math.min(shown.pictures, batch.indices.length);
  const labels = captionsOf(batch, heads);
  const [, , height = 0, width = 0] = batch.images.shape;
  const pixels = displayed(batch.images, count, facts);
  const size = height * width * 3;
  return Promise.all(
    Array.from({ length: count }, async (_, row) => {
      const own = pixels.subarray(row * size, (row + 1) * size);
      const png = await sharp(own, { raw: { width, height, channels: 3 } })
        .resize({
          width: longestSide,
          height: longestSide,
          fit: 'inside',
          withoutEnlargement: true,
        })
        .png()
        .toBuffer();
      return { uri: `data:image/png;base64,${png.toString('base64')}`, caption: labels(row) };
    }),
  );
}

/** The labels of a row, one line a head; of a mixed picture both, each with its share. */
export function captionsOf(
  { labels, mix }: Pick<Batch, 'labels' | 'mix'>,
  heads: readonly Head[],
): (row: number) => string[] {
  const own = labels.toTypedArray();
  const [other, shares] = [mix?.labels.toTypedArray(), mix?.share.toTypedArray()];
  const named = (from: typeof own | undefined, place: number, head: Head): string =>
    head.classes[Number(from?.[place])] ?? '–';
  return (row) => {
    const share = Number(shares?.[row] ?? 1);
    return heads.flatMap((head, column) => {
      const place = row * heads.length + column;
      const first = named(own, place, head);
      if (share === 1) return [first];
      return [
        `${Math.round(100 * share)} % ${first}`,
        `${Math.round(100 * (1 - share))} % ${named(other, place, head)}`,
      ];
    });
  };
}

/** Normalized float32 `(N, 3, H, W)` back to bytes `(count, H, W, 3)`. */
function displayed(images: Tensor, count: number, facts: PictureFacts): Uint8Array {
  return noGrad(() => scope(() => bytesOfImages(unnormalize(images.narrow(0, 0, count), facts))));
}
