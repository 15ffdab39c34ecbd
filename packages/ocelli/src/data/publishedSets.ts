import path from 'node:path';
import { CIFAR10, CIFAR100 } from './cifarFormat.ts';
import type { CifarFormat } from './cifarFormat.ts';
import { TINY_IMAGENET_CONSTANTS } from './constants.ts';
import type { ChannelConstants } from './constants.ts';
import type { DatasetName } from './datasetNames.ts';
import { download } from './download.ts';
import type { DownloadOptions } from './download.ts';
import type { FileSource } from './fileSource.ts';
import { folderSource } from './folderSource.ts';
import { MNIST, mnistFiles } from './mnistFormat.ts';
import { tarSource } from './tarSource.ts';
import { zipSource } from './zipSource.ts';

/** A published data set: what is known about it, and how it is had. */
export interface PublishedSet {
  /** Where its files are published. */
  readonly url: string;
  /** Stands for its content, which never changes. */
  readonly fingerprint: string;
  /** Mean and deviation of its training pictures. */
  readonly constants: ChannelConstants;
  /** Its files, of which none leaves out any. */
  readonly files: readonly PublishedFile[];
  /** @param folder the one that the files were fetched into. */
  readonly open: (folder: string) => FileSource;
}

/** One file of a published data set; see `download`. */
export type PublishedFile = Pick<DownloadOptions, 'title' | 'url' | 'bytes' | 'md5'>;

/** The published data sets, by name. */
export const publishedSets: Readonly<Record<DatasetName, PublishedSet>> = {
  cifar10: cifar(CIFAR10),
  cifar100: cifar(CIFAR100),
  mnist: {
    url: MNIST.url,
    fingerprint: mnistFiles(MNIST)
      .map(({ md5 }) => md5)
      .join(''),
    constants: MNIST.constants,
    files: mnistFiles(MNIST).map(({ name, md5, bytes }) => ({
      title: MNIST.title,
      url: `${MNIST.url}${name}.gz`,
      md5,
      bytes,
    })),
    open: (folder) => folderSource(folder),
  },
  'tiny-imagenet': archive(
    {
      title: 'Tiny-ImageNet',
      url: 'http://cs231n.stanford.edu/tiny-imagenet-200.zip',
      md5: '90528d7ca1a48142e341f4ef8d21d0de',
      bytes: 248_100_043,
    },
    { constants: TINY_IMAGENET_CONSTANTS, open: zipSource },
  ),
};

/** The folder in which the files of a data set are kept, and the source over them, fetched if missing. */
export async function fetchPublished(
  set: PublishedSet,
  folder: string,
  onProgress?: DownloadOptions['onProgress'],
): Promise<FileSource> {
  for (const file of set.files) {
    const target = path.join(folder, path.posix.basename(file.url));
    await download({ ...file, file: target, ...(onProgress && { onProgress }) });
  }
  return { ...set.open(folder), fingerprint: async () => set.fingerprint };
}

function cifar({ title, url, md5, archiveBytes, constants }: CifarFormat): PublishedSet {
  return archive({ title, url, md5, bytes: archiveBytes }, { constants, open: tarSource });
}

function archive(
  file: PublishedFile,
  {
    constants,
    open,
  }: { readonly constants: ChannelConstants; readonly open: (file: string) => FileSource },
): PublishedSet {
  const { url, md5 } = file;
  const named = (folder: string): string => path.join(folder, path.posix.basename(url));
  return { url, fingerprint: md5, constants, files: [file], open: (folder) => open(named(folder)) };
}
