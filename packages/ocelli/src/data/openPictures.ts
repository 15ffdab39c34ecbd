import path from 'node:path';
import { OptionCheck } from '@ocelli/torch';
import type { LabelKind } from './cifarFormat.ts';
import type { ChannelConstants } from './constants.ts';
import { buildOptions, checkDecodingOptions, DECODING_OPTIONS } from './decodingOptions.ts';
import type { DecodingOptions } from './decodingOptions.ts';
import { datasetNames } from './datasetNames.ts';
import type { DatasetName } from './datasetNames.ts';
import type { DownloadProgress } from './download.ts';
import type { FileSource } from './fileSource.ts';
import { imageDataset } from './imageDataset.ts';
import type { ImageDataset } from './imageDataset.ts';
import type { SkippedPicture } from './manifest.ts';
import { openSource } from './openSource.ts';
import { cachedPictures } from './pictureCache.ts';
import type { CacheEntry, CacheRequest } from './pictureCache.ts';
import { fetchPublished, publishedSets } from './publishedSets.ts';

/** Where pictures come from and how they are decoded. */
export interface OpenPicturesOptions extends DecodingOptions {
  /**
   * A folder `train/<class>/*`, `test/<class>/*` (or `<class>/*` alone), CIFAR's official binary
   * batches, MNIST's or Tiny-ImageNet's official files, or an archive of any of them. Without it the data set named by `dataset` is taken from the
   * cache or downloaded.
   */
  path?: string;
  /** @default 'cifar10' */
  dataset?: DatasetName;
  /** CIFAR-100's 100 classes or their 20 groups; other data has fine labels only. @default 'fine' */
  labels?: LabelKind;
  /** Called while an archive is downloaded. */
  onDownload?: (progress: DownloadProgress) => void;
}

/** A data set, opened. */
export interface Pictures {
  readonly train: ImageDataset;
  readonly validation?: ImageDataset;
  readonly test?: ImageDataset;
  /** Names by label. */
  readonly classes: readonly string[];
  /** Its name, if the data set is a published one in its official form. */
  readonly dataset?: DatasetName;
  /** Published mean and deviation, if it is such a one. */
  readonly constants?: ChannelConstants;
  /** Pictures left out, of all splits. */
  readonly skipped: readonly SkippedPicture[];
  /** The folder with the pixels and their manifest. */
  readonly cacheEntry: string;
  /** False if the pictures were decoded by this call. */
  readonly fromCache: boolean;
}

/**
 * Opens a data set of pictures; decodes it first unless the cache holds it.
 *
 * Pixels are memory-mapped, so opening costs the reading of the manifest and of the source's folder.
 *
 * @throws {DataError} with one sentence for everything that can be wrong with the data.
 * @throws {OptionError} if an option has a value it does not allow.
 */
export async function openPictures(options: OpenPicturesOptions = {}): Promise<Pictures> {
  checkOptions(options);
  const { path: userPath, dataset = 'cifar10' } = options;
  const request = userPath === undefined ? published(options, dataset) : given(options, userPath);
  return describe(await cachedPictures(await request));
}

async function given(options: OpenPicturesOptions, userPath: string): Promise<CacheRequest> {
  const source = openSource(userPath);
  return {
    ...requestOf(options),
    identity: source.path,
    fingerprint: await source.fingerprint(),
    source: async () => source,
  };
}

/** What is published never changes, so its checksums stand for its content. */
function published(options: OpenPicturesOptions, dataset: DatasetName): CacheRequest {
  const set = publishedSets[dataset];
  const base = requestOf(options);
  const downloads = path.join(base.cacheFolder, 'downloads');
  // Files of several parts get a folder of their own.
  const folder = set.files.length === 1 ? downloads : path.join(downloads, dataset);
  const source = (): Promise<FileSource> => fetchPublished(set, folder, options.onDownload);
  return { ...base, identity: set.url, fingerprint: set.fingerprint, source };
}

function requestOf(options: OpenPicturesOptions): BuildRequest {
  return { ...buildOptions(options), labels: options.labels ?? 'fine' };
}

/** All of a request but which source it is for. */
type BuildRequest = Omit<CacheRequest, 'identity' | 'fingerprint' | 'source'>;

function describe(entry: CacheEntry): Pictures {
  const { manifest } = entry;
  const { train, validation, test } = manifest.splits;
  if (train === undefined) throw new Error('internal: a cache entry without a train split');
  const { dataset } = manifest.source;
  return {
    train: imageDataset(entry, 'train'),
    ...(validation && { validation: imageDataset(entry, 'validation') }),
    ...(test && { test: imageDataset(entry, 'test') }),
    classes: manifest.classes,
    ...(dataset && { dataset, constants: publishedSets[dataset].constants }),
    skipped: Object.values(manifest.splits).flatMap((split) => split.skipped),
    cacheEntry: entry.folder,
    fromCache: entry.fromCache,
  };
}

function checkOptions(options: OpenPicturesOptions): void {
  const check = new OptionCheck('openPictures');
  check.read(options, OPTIONS);
  checkDecodingOptions(check, options);
  const { dataset, labels } = options;
  if (dataset !== undefined) check.oneOf('dataset', dataset, datasetNames);
  if (labels !== undefined) check.oneOf('labels', labels, ['fine', 'coarse']);
}

const OPTIONS: readonly (keyof OpenPicturesOptions)[] = [
  ...DECODING_OPTIONS,
  'path',
  'dataset',
  'labels',
  'onDownload',
];
