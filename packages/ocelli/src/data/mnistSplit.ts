import { createHash } from 'node:crypto';
import { DataError } from '@ocelli/torch';
import type { PictureSize } from './decodePicture.ts';
import type { FileSource, SourceFile } from './fileSource.ts';
import { readIdx } from './idxFile.ts';
import type { ManifestSplit } from './manifest.ts';
import { MNIST } from './mnistFormat.ts';
import type { MnistPaths } from './mnistLayout.ts';
import { PixelFile } from './pixelFile.ts';

/** One part of MNIST and where its pixels go. */
export interface MnistJob {
  readonly source: FileSource;
  readonly paths: MnistPaths;
  readonly facts: ReadonlyMap<string, SourceFile>;
  readonly pixelFile: string;
  readonly onDecoded: (done: number) => void;
}

/**
 * Reads one part of MNIST. Its grey is stored as red, green and blue alike, so that every network for
 * pictures takes it.
 *
 * @throws {DataError} if a file is none of MNIST's, or pictures and labels are not equally many.
 */
export async function convertMnistSplit(
  job: MnistJob,
): Promise<{ readonly split: ManifestSplit; readonly size: PictureSize }> {
  const { source, paths, facts } = job;
  const files: Buffer[] = [];
  await source.readEach([paths.images, paths.labels], async (bytes, index) => {
    files[index] = bytes;
  });
  const [imageBytes = Buffer.alloc(0), labelBytes = Buffer.alloc(0)] = files;
  const images = readIdx(imageBytes, paths.images, 3);
  const labels = Array.from(readIdx(labelBytes, paths.labels, 1).values);
  const [count = 0, height = 0, width = 0] = images.shape;
  if (labels.length !== count) throw unequal(job, count, labels.length);
  refuseOtherLabels(job, labels);
  const file = new PixelFile(job.pixelFile, 3 * height * width);
  try {
    file.write(0, threeTimes(images.values));
  } finally {
    file.close();
  }
  job.onDecoded(count);
  const own = facts.get(paths.images);
  const split: ManifestSplit = {
    count,
    labels,
    files: {
      path: [paths.images],
      size: [own?.size ?? 0],
      mtimeMs: [own?.mtimeMs ?? 0],
      sha256: createHash('sha256').update(imageBytes).digest('base64'),
    },
    picturesPerFile: count,
    skipped: [],
  };
  return { split, size: { height, width } };
}

function threeTimes(grey: Buffer): Uint8Array {
  const pixels = new Uint8Array(3 * grey.length);
  for (const [i, value] of grey.entries()) pixels.fill(value, 3 * i, 3 * i + 3);
  return pixels;
}

function unequal({ source, paths }: MnistJob, pictures: number, labels: number): DataError {
  return new DataError(
    `${source.path}: expected a label for each of the ${pictures} pictures of ${paths.images}, ` +
      `got ${labels} in ${paths.labels}. Fetch both again.`,
  );
}

function refuseOtherLabels({ source, paths }: MnistJob, labels: readonly number[]): void {
  const index = labels.findIndex((label) => label >= MNIST.classes.length);
  if (index < 0) return;
  throw new DataError(
    `${source.path}: expected labels of ${paths.labels} to be below ${MNIST.classes.length}, ` +
      `got ${labels[index]} for picture ${index}. The file is not MNIST; fetch it again.`,
  );
}
