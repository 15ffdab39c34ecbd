import { createHash } from 'node:crypto';
import { DataError } from '@ocelli/torch';
import { CIFAR_SIDE } from './cifarFormat.ts';
import type { CifarFormat, LabelKind } from './cifarFormat.ts';
import type { FileSource, SourceFile } from './fileSource.ts';
import type { ManifestSplit } from './manifest.ts';
import { PixelFile } from './pixelFile.ts';

const PLANE = CIFAR_SIDE * CIFAR_SIDE;
const PIXEL_BYTES = 3 * PLANE;

/** One split of a CIFAR data set and where its pixels go. */
export interface CifarJob {
  readonly source: FileSource;
  readonly format: CifarFormat;
  /** Paths of the batch files inside the source, in order. */
  readonly paths: readonly string[];
  readonly recordsPerFile: number;
  readonly labelKind: LabelKind;
  readonly facts: ReadonlyMap<string, SourceFile>;
  readonly pixelFile: string;
  readonly onDecoded: (done: number) => void;
}

/**
 * Reads CIFAR's binary batches: records of one or two label bytes, then 1024 red, 1024 green and 1024
 * blue bytes, row by row. They are stored like decoded pictures, three bytes a pixel.
 *
 * @throws {DataError} if a label is outside the data set's classes.
 * @see https://www.cs.toronto.edu/~kriz/cifar.html
 */
export async function convertCifarSplit(job: CifarJob): Promise<ManifestSplit> {
  const count = job.paths.length * job.recordsPerFile;
  const labels = new Array<number>(count).fill(0);
  const hashes = new Array<Buffer>(job.paths.length);
  const file = new PixelFile(job.pixelFile, PIXEL_BYTES);
  let done = 0;
  try {
    await job.source.readEach(job.paths, async (bytes, index) => {
      hashes[index] = createHash('sha256').update(bytes).digest();
      const first = index * job.recordsPerFile;
      readLabels(job, bytes, job.paths[index] ?? '?').forEach((label, i) => {
        labels[first + i] = label;
      });
      file.write(first, interleave(bytes, job.format.labelBytes, job.recordsPerFile));
      job.onDecoded((done += job.recordsPerFile));
    });
  } finally {
    file.close();
  }
  return describe(job, labels, hashes);
}

function readLabels(job: CifarJob, bytes: Buffer, path: string): number[] {
  const kind = job.format.labels[job.labelKind];
  if (kind === undefined) throw new Error(`internal: no ${job.labelKind} labels`);
  const recordBytes = job.format.labelBytes + PIXEL_BYTES;
  return Array.from({ length: job.recordsPerFile }, (_, record) => {
    const label = bytes[record * recordBytes + kind.offset] ?? 255;
    if (label < kind.classes.length) return label;
    throw new DataError(
      `${job.source.path}: expected labels of ${path} to be below ${kind.classes.length}, ` +
        `got ${label} in record ${record}. The file is not ${job.format.title}; fetch it again.`,
    );
  });
}

/** Planes of red, green and blue to three bytes a pixel. */
function interleave(bytes: Buffer, labelBytes: number, records: number): Uint8Array {
  const pixels = new Uint8Array(records * PIXEL_BYTES);
  let target = 0;
  for (let record = 0; record < records; record++) {
    const red = record * (labelBytes + PIXEL_BYTES) + labelBytes;
    for (let i = red; i < red + PLANE; i++) {
      pixels[target++] = bytes[i] ?? 0;
      pixels[target++] = bytes[i + PLANE] ?? 0;
      pixels[target++] = bytes[i + 2 * PLANE] ?? 0;
    }
  }
  return pixels;
}

function describe(job: CifarJob, labels: number[], hashes: readonly Buffer[]): ManifestSplit {
  const facts = job.paths.map((path) => job.facts.get(path));
  return {
    count: labels.length,
    labels,
    files: {
      path: job.paths,
      size: facts.map((file) => file?.size ?? 0),
      mtimeMs: facts.map((file) => file?.mtimeMs ?? 0),
      sha256: Buffer.concat(hashes).toString('base64'),
    },
    picturesPerFile: job.recordsPerFile,
    skipped: [],
  };
}
