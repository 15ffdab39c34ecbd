import fs from 'node:fs';
import path from 'node:path';
import { DataError, optionError } from '@ocelli/torch';
import sharp from 'sharp';
import { CIFAR_SIDE } from './cifarFormat.ts';
import type { CifarFormat, LabelKind } from './cifarFormat.ts';
import { convertCifarSplit } from './cifarSplit.ts';
import type { SplitName } from './folderTree.ts';
import type { DecodeOptions, PictureSize } from './decodePicture.ts';
import { decodeSplit } from './decodeSplit.ts';
import type { FileSource, SourceFile } from './fileSource.ts';
import { listLayout, recogniseLayout } from './layout.ts';
import type { CifarLayout, Layout } from './layout.ts';
import { MANIFEST_FILE, MANIFEST_FORMAT, pixelFile } from './manifest.ts';
import type { Manifest, ManifestSource, ManifestSplit } from './manifest.ts';
import { join } from './treePath.ts';

/** How far the decoding of a data set is. */
export interface DecodeProgress {
  /** Pictures decoded. */
  readonly done: number;
  /** Pictures there are. */
  readonly total: number;
}

/** Everything that decides what a cache entry holds. */
export interface BuildOptions {
  readonly decode: DecodeOptions;
  readonly labels: LabelKind;
  readonly onBadImage: 'error' | 'skip';
  readonly formats: readonly CifarFormat[];
  /** The pictures, in order, where a table names them; otherwise they follow from the source's folders. */
  readonly paths?: readonly string[];
  readonly onProgress: (progress: DecodeProgress) => void;
}

/**
 * Decodes a whole source into a folder: one pixel file a split and the manifest.
 *
 * @throws {DataError} if the source holds no data set or a bad picture; see `decodeSplit`.
 * @throws {OptionError} if the labels or the size asked for do not exist in it.
 */
export async function buildEntry(
  source: FileSource,
  folder: string,
  options: BuildOptions,
): Promise<Manifest> {
  const listing = await source.list();
  const layout = options.paths
    ? listLayout(options.paths)
    : recogniseLayout(source, listing, options.formats);
  const facts = new Map(listing.files.map((file) => [file.path, file]));
  const build = new Build(source, folder, { ...options, facts });
  const parts = layout.kind === 'cifar' ? await build.cifar(layout) : await build.folders(layout);
  const manifest: Manifest = {
    format: MANIFEST_FORMAT,
    source: await describeSource(source, layout),
    decoding: {
      ...parts.size,
      layout: 'NHWC',
      resampler: options.decode.size === undefined ? 'none' : 'lanczos3',
      fit: options.decode.fit ?? 'cover',
      labels: options.labels,
      sharp: sharp.versions.sharp ?? 'unknown',
    },
    classes: parts.classes,
    splits: parts.splits,
  };
  fs.writeFileSync(path.join(folder, MANIFEST_FILE), JSON.stringify(manifest));
  return manifest;
}

interface Parts {
  readonly classes: readonly string[];
  readonly size: PictureSize;
  readonly splits: Partial<Record<SplitName, ManifestSplit>>;
}

type BuildFacts = BuildOptions & { readonly facts: ReadonlyMap<string, SourceFile> };

class Build {
  readonly #source: FileSource;
  readonly #folder: string;
  readonly #options: BuildFacts;

  constructor(source: FileSource, folder: string, options: BuildFacts) {
    this.#source = source;
    this.#folder = folder;
    this.#options = options;
  }

  async cifar(layout: CifarLayout): Promise<Parts> {
    const { format, folder } = layout;
    const labels = format.labels[this.#options.labels];
    if (labels === undefined) throw noSuchLabels(format, this.#options.labels);
    refuseResizing(format, this.#options.decode.size);
    const train = format.trainFiles.map((name) => join(folder, name));
    const trainCount = train.length * format.recordsPerTrainFile;
    const total = trainCount + format.recordsPerTestFile;
    const convert = (split: SplitName, paths: readonly string[], recordsPerFile: number) =>
      convertCifarSplit({
        source: this.#source,
        format,
        paths,
        recordsPerFile,
        labelKind: this.#options.labels,
        facts: this.#options.facts,
        pixelFile: pixelFile(this.#folder, split),
        onDecoded: this.#report(split === 'train' ? 0 : trainCount, total),
      });
    const splits = {
      train: await convert('train', train, format.recordsPerTrainFile),
      test: await convert('test', [join(folder, format.testFile)], format.recordsPerTestFile),
    };
    return { classes: labels.classes, size: { height: CIFAR_SIDE, width: CIFAR_SIDE }, splits };
  }

  async folders(layout: Extract<Layout, { kind: 'folders' }>): Promise<Parts> {
    const total = [...layout.splits.values()].reduce((sum, files) => sum + files.length, 0);
    const splits: Partial<Record<SplitName, ManifestSplit>> = {};
    let size = this.#options.decode.size;
    let before = 0;
    for (const [name, pictures] of layout.splits) {
      const decoded = await decodeSplit({
        source: this.#source,
        pictures,
        facts: this.#options.facts,
        pixelFile: pixelFile(this.#folder, name),
        options: this.#options.decode,
        onBadImage: this.#options.onBadImage,
        onDecoded: this.#report(before, total),
      });
      size ??= decoded.size;
      if (!sameSize(size, decoded.size)) throw splitSizes(name, size, decoded.size);
      splits[name] = decoded.split;
      before += pictures.length;
    }
    if (size === undefined) throw new Error('internal: a layout without splits');
    return { classes: layout.classes, size, splits };
  }

  #report(before: number, total: number): (done: number) => void {
    return (done) => this.#options.onProgress({ done: before + done, total });
  }
}

async function describeSource(source: FileSource, layout: Layout): Promise<ManifestSource> {
  const dataset = layout.kind === 'cifar' ? { dataset: layout.format.id } : {};
  return { path: source.path, fingerprint: await source.fingerprint(), ...dataset };
}

function noSuchLabels(format: CifarFormat, got: LabelKind): Error {
  const known = Object.keys(format.labels).join(' or ');
  return optionError(format.title, 'labels', known, got);
}

/** The binary batches go into the cache as they are; a model resizes on the device if it must. */
function refuseResizing(format: CifarFormat, size: PictureSize | undefined): void {
  if (size === undefined || (size.height === CIFAR_SIDE && size.width === CIFAR_SIDE)) return;
  throw optionError(
    format.title,
    'size',
    `${CIFAR_SIDE}, the size of its pictures`,
    `${size.width}x${size.height}`,
  );
}

function sameSize(a: PictureSize, b: PictureSize): boolean {
  return a.height === b.height && a.width === b.width;
}

function splitSizes(split: SplitName, first: PictureSize, other: PictureSize): DataError {
  return new DataError(
    `${split}: expected pictures of ${first.width}x${first.height} as in train, ` +
      `got ${other.width}x${other.height}. Say which size to store, for example size: 224.`,
  );
}
