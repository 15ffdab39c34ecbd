import { DataError } from '@ocelli/torch';
import type { FileSource, Listing } from './fileSource.ts';
import { MNIST, mnistFiles } from './mnistFormat.ts';
import type { MnistPart } from './mnistFormat.ts';
import { join, nameOf, parentOf } from './treePath.ts';

/** Where the files of one part lie inside the source. */
export interface MnistPaths {
  readonly images: string;
  readonly labels: string;
}

/** MNIST in its official form. */
export interface MnistLayout {
  readonly kind: 'mnist';
  readonly train: MnistPaths;
  readonly test: MnistPaths;
}

/**
 * Finds MNIST's four files, gzipped or not.
 *
 * @throws {DataError} if only some of them are there.
 */
export function mnistLayout(source: FileSource, listing: Listing): MnistLayout | undefined {
  const names = new Set(mnistFiles(MNIST).map(({ name }) => name));
  const paths = new Set(listing.files.map(({ path }) => path));
  const found = [...paths].find((path) => names.has(plainName(nameOf(path))));
  if (found === undefined) return undefined;
  const folder = parentOf(found);
  const place = (name: string): string => {
    const path = [name, `${name}.gz`].map((own) => join(folder, own)).find((own) => paths.has(own));
    if (path !== undefined) return path;
    throw new DataError(
      `${source.path}: expected MNIST's files ${[...names].join(', ')} (or .gz), got no ${name}. ` +
        'Fetch it too.',
    );
  };
  const placesOf = ({ images, labels }: MnistPart): MnistPaths => ({
    images: place(images.name),
    labels: place(labels.name),
  });
  return { kind: 'mnist', train: placesOf(MNIST.train), test: placesOf(MNIST.test) };
}

function plainName(name: string): string {
  return name.replace(/\.gz$/, '');
}
