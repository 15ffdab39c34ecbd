import path from 'node:path';
import { OptionCheck } from '@ocelli/torch';
import { CIFAR10, CIFAR100, CIFAR_FORMATS } from './cifarFormat.ts';
import type { CifarFormat, LabelKind } from './cifarFormat.ts';
import type { ChannelConstants } from './constants.ts';
import { buildOptions, checkDecodingOptions, DECODING_OPTIONS } from './decodingOptions.ts';
import type { DecodingOptions } from './decodingOptions.ts';
import { download } from './download.ts';
import type { DownloadProgress } from './download.ts';
import type { FileSource } from './fileSource.ts';
import { imageDataset } from './imageDataset.ts';
import type { ImageDataset } from './imageDataset.ts';
import type { SkippedPicture } from './manifest.ts';
import { openSource } from './openSource.ts';
import { cachedPictures } from './pictureCache.ts';
import type { CacheEntry, CacheRequest } from './pictureCache.ts';
import { tarSource } from './tarSource.ts';

/** Where pictures come from and how they are decoded. */
export interface OpenPicturesOptions extends DecodingOptions {
  /**
   * A folder `train/<class>/*`, `test/<class>/*` (or `<class>/*` alone), CIFAR's official binary
   * batches, or a tar archive of either. Without it the data set named by `dataset` is taken from the
   * cache or downloaded.
   */
  path?: string;
  /** @default 'cifar10' */
  dataset?: 'cifar10' | 'cifar100';
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
  /** Published mean and deviation, if the data set is a known one in its official form. */
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

/** A published archive never changes, so its checksum stands for its content. */
async function published(
  options: OpenPicturesOptions,
  dataset: CifarFormat['id'],
): Promise<CacheRequest> {
  const format = dataset === 'cifar100' ? CIFAR100 : CIFAR10;
  const base = requestOf(options);
  const file = path.join(base.cacheFolder, 'downloads', path.posix.basename(format.url));
  const fetchSource = async (): Promise<FileSource> => {
    const onProgress = options.onDownload === undefined ? {} : { onProgress: options.onDownload };
    const { title, url, md5, archiveBytes } = format;
    await download({ title, url, file, md5, bytes: archiveBytes, ...onProgress });
    return { ...tarSource(file), fingerprint: async () => md5 };
  };
  return { ...base, identity: format.url, fingerprint: format.md5, source: fetchSource };
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
  const known = CIFAR_FORMATS.find((format) => format.id === manifest.source.dataset);
  return {
    train: imageDataset(entry, 'train'),
    ...(validation && { validation: imageDataset(entry, 'validation') }),
    ...(test && { test: imageDataset(entry, 'test') }),
    classes: manifest.classes,
    ...(known && { constants: known.constants }),
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
  if (dataset !== undefined) check.oneOf('dataset', dataset, ['cifar10', 'cifar100']);
  if (labels !== undefined) check.oneOf('labels', labels, ['fine', 'coarse']);
}

const OPTIONS: readonly (keyof OpenPicturesOptions)[] = [
  ...DECODING_OPTIONS,
  'path',
  'dataset',
  'labels',
  'onDownload',
];
