import { DataError } from '@ocelli/torch';
import { CIFAR_SIDE } from './cifarFormat.ts';
import type { CifarFormat } from './cifarFormat.ts';
import { classFolders } from './classFolders.ts';
import type { ClassFolders } from './classFolders.ts';
import type { FileSource, Listing } from './fileSource.ts';
import { mnistLayout } from './mnistLayout.ts';
import type { MnistLayout } from './mnistLayout.ts';
import { tinyImageNetLayout } from './tinyImageNetLayout.ts';
import type { TinyImageNetLayout } from './tinyImageNetLayout.ts';
import { join, nameOf, parentOf } from './treePath.ts';

/** What a source turned out to hold. */
export type Layout =
  CifarLayout | MnistLayout | TinyImageNetLayout | ({ readonly kind: 'folders' } & ClassFolders);

/** A CIFAR data set in its official binary form. */
export interface CifarLayout {
  readonly kind: 'cifar';
  readonly format: CifarFormat;
  /** Folder of the batch files inside the source, `''` for its root. */
  readonly folder: string;
}

/**
 * Recognises what a source holds by the files in it: MNIST, Tiny-ImageNet, CIFAR, or class folders.
 *
 * @throws {DataError} if it holds none of them, or a part of one.
 */
export async function layoutOf(
  source: FileSource,
  formats: readonly CifarFormat[],
): Promise<Layout> {
  const listing = await source.list();
  return (
    mnistLayout(source, listing) ??
    (await tinyImageNetLayout(source, listing)) ??
    recogniseLayout(source, listing, formats)
  );
}

/**
 * Recognises what a source holds: CIFAR binary batches, or class folders of pictures.
 *
 * @throws {DataError} if it holds neither, holds CIFAR's pickled batches, or lacks some batches.
 */
export function recogniseLayout(
  source: FileSource,
  listing: Listing,
  formats: readonly CifarFormat[],
): Layout {
  for (const format of formats) {
    const layout = recogniseCifar(source, listing, format);
    if (layout !== undefined) return layout;
  }
  refusePickled(source, listing);
  return { kind: 'folders', ...classFolders(source, listing) };
}

/**
 * The layout of pictures that a table names: one split, in the order of the table. Their labels stay in
 * the table, so that correcting one decodes nothing anew; here every picture has label 0.
 */
export function listLayout(paths: readonly string[]): Layout {
  const pictures = paths.map((path) => ({ path, label: 0 }));
  return { kind: 'folders', classes: [], splits: new Map([['train', pictures]]) };
}

function recogniseCifar(
  source: FileSource,
  listing: Listing,
  format: CifarFormat,
): CifarLayout | undefined {
  const sizes = new Map(listing.files.map((file) => [file.path, file.size]));
  const expected = batchSizes(format);
  const found = listing.files.find((file) => expected.has(nameOf(file.path)));
  if (found === undefined) return undefined;
  const folder = parentOf(found.path);
  for (const [name, bytes] of expected) {
    const size = sizes.get(join(folder, name));
    if (size === undefined) throw missingBatch(source, format, join(folder, name));
    if (size !== bytes) throw wrongSize(`${source.path}: expected ${name}`, bytes, size);
  }
  return { kind: 'cifar', format, folder };
}

/** Bytes of each batch file of a format, by name. */
function batchSizes(format: CifarFormat): Map<string, number> {
  const recordBytes = format.labelBytes + 3 * CIFAR_SIDE * CIFAR_SIDE;
  const train = format.trainFiles.map(
    (name) => [name, format.recordsPerTrainFile * recordBytes] as const,
  );
  return new Map([...train, [format.testFile, format.recordsPerTestFile * recordBytes]]);
}

function missingBatch(source: FileSource, format: CifarFormat, file: string): DataError {
  const names = [...format.trainFiles, format.testFile].join(', ');
  return new DataError(
    `${source.path}: expected ${format.title}'s binary batches ${names}, got no ${file}. ` +
      'Unpack the archive again.',
  );
}

function wrongSize(what: string, expected: number, got: number): DataError {
  return new DataError(
    `${what} to be ${expected} bytes, got ${got}. The file was cut short; fetch it again.`,
  );
}

/** Files that only the archives for Python hold: batches without `.bin`, and their pickled names. */
const PICKLED = /^(data_batch_[1-5]|test_batch|batches\.meta)$/;

function refusePickled(source: FileSource, listing: Listing): void {
  const names = new Set(listing.files.map((file) => nameOf(file.path)));
  const hundred = names.has('meta') && names.has('train') && names.has('test');
  const ten = [...names].some((name) => PICKLED.test(name));
  if (!ten && !hundred) return;
  const archive = hundred ? 'cifar-100-binary.tar.gz' : 'cifar-10-binary.tar.gz';
  throw new DataError(
    `${source.path}: expected CIFAR's binary batches, got the pickled ones made for Python, ` +
      `which can run code when read. Pass the binary archive ${archive} ` +
      'from https://www.cs.toronto.edu/~kriz/cifar.html.',
  );
}
