import { createHash } from 'node:crypto';
import { DataError } from '@ocelli/torch';
import { BadPictureError, decodePicture } from './decodePicture.ts';
import type { DecodedPicture, DecodeOptions, PictureSize } from './decodePicture.ts';
import { differentSizes, type NamedSize } from './differentSizes.ts';
import type { FileSource, SourceFile } from './fileSource.ts';
import type { LabelledFile } from './folderTree.ts';
import type { ManifestSplit, SkippedPicture } from './manifest.ts';
import { PixelFile } from './pixelFile.ts';

/** What is decoded, and where its pixels go. */
export interface DecodeJob {
  readonly source: FileSource;
  readonly pictures: readonly LabelledFile[];
  /** Size and time of every file of the source, by path. */
  readonly facts: ReadonlyMap<string, SourceFile>;
  readonly pixelFile: string;
  readonly options: DecodeOptions;
  readonly onBadImage: 'error' | 'skip';
  /** Called after every picture, with how many are done. */
  readonly onDecoded: (done: number) => void;
}

/** A split's record, and the size all its pictures have. */
export interface DecodedSplit {
  readonly split: ManifestSplit;
  readonly size: PictureSize;
}

/**
 * Decodes the pictures of a split into a pixel file, in the order they are listed.
 *
 * @throws {DataError} if pictures are bad and `onBadImage` is `error` (all are decoded first, so the
 *   message counts them), if none is left, or if their sizes differ and no size was asked for.
 */
export async function decodeSplit(job: DecodeJob): Promise<DecodedSplit> {
  const rows = new SplitRows(job);
  const paths = job.pictures.map((picture) => picture.path);
  let done = 0;
  try {
    await job.source.readEach(paths, async (bytes, row) => {
      await rows.add(bytes, row);
      job.onDecoded(++done);
    });
    return rows.finish();
  } finally {
    rows.close();
  }
}

class SplitRows {
  readonly #job: DecodeJob;
  readonly #hashes: (Buffer | undefined)[];
  readonly #pixelHashes: (Buffer | undefined)[];
  readonly #bad = new Map<number, BadPictureError>();
  #file: PixelFile | undefined;
  #first: NamedSize | undefined;

  constructor(job: DecodeJob) {
    this.#job = job;
    this.#hashes = new Array(job.pictures.length);
    this.#pixelHashes = new Array(job.pictures.length);
  }

  async add(bytes: Buffer, row: number): Promise<void> {
    const name = this.#job.pictures[row]?.path ?? '?';
    this.#hashes[row] = sha256(bytes);
    try {
      const picture = await decodePicture(bytes, name, this.#job.options);
      this.#store(picture, name, row);
    } catch (error) {
      if (!(error instanceof BadPictureError)) throw error;
      this.#bad.set(row, error);
    }
  }

  #store(picture: DecodedPicture, path: string, row: number): void {
    this.#first ??= { height: picture.height, width: picture.width, path };
    if (picture.height !== this.#first.height || picture.width !== this.#first.width) {
      throw differentSizes(this.#first, { ...picture, path });
    }
    this.#file ??= new PixelFile(this.#job.pixelFile, picture.pixels.length);
    this.#file.write(row, picture.pixels);
    this.#pixelHashes[row] = sha256(picture.pixels);
  }

  finish(): DecodedSplit {
    const { pictures, onBadImage } = this.#job;
    const bad = [...this.#bad].sort(([a], [b]) => a - b);
    if (bad.length > 0 && onBadImage === 'error') {
      const reasons = bad.map(([, error]) => error.message);
      throw new DataError(badPictures(reasons, pictures.length));
    }
    const kept = [...pictures.keys()].filter((row) => !this.#bad.has(row));
    if (this.#file === undefined || this.#first === undefined) throw noneLeft(bad);
    this.#refuseLostClass(kept, bad);
    if (bad.length > 0) this.#file.keep(kept);
    const skipped = bad.map(([row, error]) => ({
      path: pictures[row]?.path ?? '?',
      reason: error.message,
    }));
    const split = this.#describe(kept, skipped);
    return { split, size: this.#first };
  }

  #refuseLostClass(kept: readonly number[], bad: readonly Bad[]): void {
    const labels = new Set(kept.map((row) => this.#job.pictures[row]?.label));
    const lost = bad.find(([row]) => !labels.has(this.#job.pictures[row]?.label));
    if (lost === undefined) return;
    const path = this.#job.pictures[lost[0]]?.path ?? '?';
    throw new DataError(
      `${path.slice(0, path.lastIndexOf('/'))}: expected at least one usable picture, got none. ` +
        `The first problem: ${lost[1].message}`,
    );
  }

  #describe(kept: readonly number[], skipped: readonly SkippedPicture[]): ManifestSplit {
    const pictures = kept.map((row) => this.#job.pictures[row]).filter((p) => p !== undefined);
    const ofKept = (hashes: readonly (Buffer | undefined)[]): string =>
      Buffer.concat(kept.map((row) => hashes[row] ?? EMPTY)).toString('base64');
    const facts = (picture: LabelledFile) => this.#job.facts.get(picture.path);
    return {
      count: kept.length,
      labels: pictures.map((picture) => picture.label),
      files: {
        path: pictures.map((picture) => picture.path),
        size: pictures.map((picture) => facts(picture)?.size ?? 0),
        mtimeMs: pictures.map((picture) => facts(picture)?.mtimeMs ?? 0),
        sha256: ofKept(this.#hashes),
        pixelSha256: ofKept(this.#pixelHashes),
      },
      picturesPerFile: 1,
      skipped,
    };
  }

  close(): void {
    this.#file?.close();
  }
}

const EMPTY = Buffer.alloc(0);

function sha256(bytes: Buffer): Buffer {
  return createHash('sha256').update(bytes).digest();
}

/** A row and why its picture is left out. */
type Bad = readonly [number, Error];

/** The sentence about pictures that cannot be used, the first ten of them named with their reasons. */
export function badPictures(reasons: readonly string[], total: number): string {
  const skip = 'with onBadImage skip (--on-bad-image skip).';
  if (reasons.length === 1) return `${reasons[0]} Or leave such pictures out ${skip}`;
  const shown = reasons.slice(0, 10);
  const more = reasons.length > shown.length ? [`and ${reasons.length - shown.length} more`] : [];
  const head = `${reasons.length} of ${total} pictures cannot be used. Repair or delete them, or leave them out ${skip}`;
  return [head, ...shown, ...more].join('\n');
}

function noneLeft(bad: readonly Bad[]): DataError {
  return new DataError(
    `none of ${bad.length} pictures can be used; the first: ${bad[0]?.[1].message ?? 'none'}`,
  );
}
