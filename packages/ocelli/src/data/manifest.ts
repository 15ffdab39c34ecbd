import path from 'node:path';
import type { SplitName } from './folderTree.ts';
import type { Fit } from './decodingDefaults.ts';
import type { DatasetName } from './datasetNames.ts';
import type { LabelKind } from './cifarFormat.ts';

/** Changes whenever a cache written before would be read wrongly. */
export const MANIFEST_FORMAT = 1;

/** The name of the manifest in its cache entry. */
export const MANIFEST_FILE = 'manifest.json';

/** The file of one split's pixels in a cache entry. */
export function pixelFile(entry: string, split: SplitName): string {
  return path.join(entry, `${split}.pixels`);
}

/**
 * What a cache entry records about itself, beside one file of pixels a split.
 *
 * Columns rather than rows: 60,000 pictures parse in about 30 ms.
 */
export interface Manifest {
  readonly format: typeof MANIFEST_FORMAT;
  readonly source: ManifestSource;
  /** How the pixels came about. */
  readonly decoding: ManifestDecoding;
  readonly classes: readonly string[];
  readonly splits: Readonly<Partial<Record<SplitName, ManifestSplit>>>;
}

/** Where the pictures came from. */
export interface ManifestSource {
  /** Absolute path, or the address of a published archive. */
  readonly path: string;
  /** Hash of names, sizes and times of all source files; another one means the cache is stale. */
  readonly fingerprint: string;
  /** Which published data set it is, in its official form. */
  readonly dataset?: DatasetName;
}

/** How pictures became pixels. */
export interface ManifestDecoding {
  readonly height: number;
  readonly width: number;
  /** Axes of the pixel files: picture, row, column, channel (red, green, blue); uint8. */
  readonly layout: 'NHWC';
  /** `none` when every picture had the stored size or no size was asked for. */
  readonly resampler: 'none' | 'lanczos3';
  readonly fit: Fit;
  readonly labels: LabelKind;
  /** Version of the decoder. */
  readonly sharp: string;
}

/** One split. */
export interface ManifestSplit {
  /** Pictures in the pixel file. */
  readonly count: number;
  /** One label a picture, positions in `classes`. */
  readonly labels: readonly number[];
  readonly files: ManifestFiles;
  /** How many pictures each file holds: 1, or many for CIFAR's batches. */
  readonly picturesPerFile: number;
  readonly skipped: readonly SkippedPicture[];
}

/** The files behind a split, as columns. */
export interface ManifestFiles {
  readonly path: readonly string[];
  /** In bytes. */
  readonly size: readonly number[];
  /** In milliseconds since 1970. */
  readonly mtimeMs: readonly number[];
  /** SHA-256 of every file, 32 bytes each, one after another, in base64. */
  readonly sha256: string;
  /** The same of every decoded picture, where each file holds one: equal for copies in other formats. */
  readonly pixelSha256?: string;
}

/** A picture that was left out, and why. */
export interface SkippedPicture {
  readonly path: string;
  readonly reason: string;
}

/** The name by which messages and reports call a picture of a split. */
export function pictureName(split: ManifestSplit, index: number): string {
  const file = split.files.path[Math.floor(index / split.picturesPerFile)] ?? '?';
  return split.picturesPerFile === 1 ? file : `${file}[${index % split.picturesPerFile}]`;
}
