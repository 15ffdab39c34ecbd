import fs from 'node:fs';
import path from 'node:path';
import { type DataError, optionError } from '@ocelli/torch';
import sharp from 'sharp';
import { CIFAR_SIDE } from './cifarFormat.ts';
import type { CifarFormat, LabelKind } from './cifarFormat.ts';
import { convertCifarSplit } from './cifarSplit.ts';
import type { SplitName } from './folderTree.ts';
import type { DatasetName } from './datasetNames.ts';
import type { DecodeOptions, PictureSize } from './decodePicture.ts';
import { decodeSplit } from './decodeSplit.ts';
import { differentSizes } from './differentSizes.ts';
import type { FileSource, SourceFile } from './fileSource.ts';
import { layoutOf, listLayout } from './layout.ts';
import type { CifarLayout, Layout } from './layout.ts';
import { isLabelledAs, MNIST } from './mnistFormat.ts';
import type { MnistLayout, MnistPaths } from './mnistLayout.ts';
import { convertMnistSplit } from './mnistSplit.ts';
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
    : await layoutOf(source, options.formats);
  const facts = new Map(listing.files.map((file) => [file.path, file]));
  const build = new Build(source, folder, { ...options, facts });
  const parts = await build.parts(layout);
  const manifest: Manifest = {
    format: MANIFEST_FORMAT,
    source: await describeSource(source, datasetOf(layout, parts.splits)),
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

/** Pictures of one file each, sorted into classes. */
type PictureLayout = Pick<Extract<Layout, { kind: 'folders' }>, 'classes' | 'splits'>;

/** Pictures of MNIST, of both parts. */
const MNIST_COUNT = 70_000;

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

  parts(layout: Layout): Promise<Parts> {
    const { labels } = this.#options;
    if (layout.kind === 'cifar') return this.cifar(layout);
    if (layout.kind !== 'folders' && labels !== 'fine') throw noSuchLabels(layout.kind, labels);
    return layout.kind === 'mnist' ? this.mnist(layout) : this.folders(layout);
  }

  async mnist({ train, test }: MnistLayout): Promise<Parts> {
    const convert = (split: SplitName, paths: MnistPaths, before: number) =>
      convertMnistSplit({
        source: this.#source,
        paths,
        facts: this.#options.facts,
        pixelFile: pixelFile(this.#folder, split),
        onDecoded: (done) => this.#options.onProgress({ done: before + done, total: MNIST_COUNT }),
      });
    const trained = await convert('train', train, 0);
    const tested = await convert('test', test, trained.split.count);
    const { size } = trained;
    refuseResizing({ title: MNIST.title, side: size.height }, this.#options.decode.size);
    if (!sameSize(size, tested.size)) throw splitSizes('test', size, tested.size);
    return { classes: MNIST.classes, size, splits: { train: trained.split, test: tested.split } };
  }

  async cifar(layout: CifarLayout): Promise<Parts> {
    const { format, folder } = layout;
    const labels = format.labels[this.#options.labels];
    if (labels === undefined) throw noSuchLabels(format.title, this.#options.labels, format);
    refuseResizing({ title: format.title, side: CIFAR_SIDE }, this.#options.decode.size);
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

  async folders({ classes, splits: listed }: PictureLayout): Promise<Parts> {
    const total = [...listed.values()].reduce((sum, files) => sum + files.length, 0);
    const splits: Partial<Record<SplitName, ManifestSplit>> = {};
    let size = this.#options.decode.size;
    let before = 0;
    for (const [name, pictures] of listed) {
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
    return { classes, size, splits };
  }

  #report(before: number, total: number): (done: number) => void {
    return (done) => this.#options.onProgress({ done: before + done, total });
  }
}

/** Which published data set this is, if it is one. Fashion-MNIST and KMNIST come in files of MNIST's names. */
function datasetOf(layout: Layout, { train, test }: Parts['splits']): DatasetName | undefined {
  if (layout.kind === 'folders') return undefined;
  if (layout.kind === 'cifar') return layout.format.id;
  if (layout.kind === 'tiny-imagenet') return layout.kind;
  const isOwn = isLabelledAs(MNIST.train, train?.labels) && isLabelledAs(MNIST.test, test?.labels);
  return isOwn ? layout.kind : undefined;
}

async function describeSource(
  source: FileSource,
  dataset: DatasetName | undefined,
): Promise<ManifestSource> {
  const fingerprint = await source.fingerprint();
  return { path: source.path, fingerprint, ...(dataset && { dataset }) };
}

function noSuchLabels(title: string, got: LabelKind, format?: CifarFormat): Error {
  const known = Object.keys(format?.labels ?? { fine: {} }).join(' or ');
  return optionError(title, 'labels', known, got);
}

/** Pixels in files of many go into the cache as they are; a model resizes on the device if it must. */
function refuseResizing(
  { title, side }: { readonly title: string; readonly side: number },
  size: PictureSize | undefined,
): void {
  if (size === undefined || (size.height === side && size.width === side)) return;
  throw optionError(
    title,
    'size',
    `${side}, the size of its pictures`,
    `${size.width}x${size.height}`,
  );
}

function sameSize(a: PictureSize, b: PictureSize): boolean {
  return a.height === b.height && a.width === b.width;
}

function splitSizes(split: SplitName, first: PictureSize, other: PictureSize): DataError {
  return differentSizes({ ...first, path: 'train' }, { ...other, path: split });
}
