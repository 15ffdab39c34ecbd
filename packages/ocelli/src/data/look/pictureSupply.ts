import { scope } from '@ocelli/torch';
import type { DecodedPicture } from '../decodePicture.ts';
import { decodePicture } from '../decodePicture.ts';
import type { FileSource } from '../fileSource.ts';
import { bytesOfImages } from '../imageBytes.ts';
import type { PictureDataset } from '../pictureDataset.ts';

/** One picture as it is handed out. */
export interface SuppliedPicture {
  /** Which row of the table it belongs to. */
  readonly row: number;
  /** The file as it is, or its pixels where there is no file of its own. */
  readonly bytes: Buffer;
  /** @throws {BadPictureError} if it is no picture or a damaged one. */
  decode(): Promise<DecodedPicture>;
}

/** The pictures of a table's rows, whatever holds them. */
export interface PictureSupply {
  /** Rows whose picture is not there. */
  readonly missing: readonly number[];
  /** Hands out the pictures of the given rows, several at a time, in any order; missing ones are left out. */
  each(rows: readonly number[], use: (picture: SuppliedPicture) => Promise<void>): Promise<void>;
}

/**
 * Pictures that are files.
 *
 * @param paths where each row's picture lies inside the source; `undefined` where it is missing.
 */
export function fileSupply(
  source: Pick<FileSource, 'readEach'>,
  paths: readonly (string | undefined)[],
): PictureSupply {
  return {
    missing: paths.flatMap((path, row) => (path === undefined ? [row] : [])),
    each: (rows, use) => {
      const present = rows.flatMap((row) => {
        const path = paths[row];
        return path === undefined ? [] : [{ row, path }];
      });
      const named = present.map(({ path }) => path);
      return source.readEach(named, (bytes, index) => {
        const { row = 0, path = '' } = present[index] ?? {};
        return use({ row, bytes, decode: () => decodePicture(bytes, path) });
      });
    },
  };
}

/** Pictures that are decoded already: the data sets are read one after the other. */
export function datasetSupply(datasets: readonly PictureDataset[]): PictureSupply {
  return {
    missing: [],
    each: async (rows, use) => {
      for (const row of rows) {
        const [dataset, index] = placeOf(datasets, row);
        const [, height, width] = dataset.imageShape;
        const { images, labels } = dataset.at(Int32Array.of(index));
        const pixels = scope(() => bytesOfImages(images));
        images.dispose();
        labels.dispose();
        const bytes = Buffer.from(pixels);
        await use({ row, bytes, decode: async () => ({ pixels: bytes, height, width }) });
      }
    },
  };
}

function placeOf(
  datasets: readonly PictureDataset[],
  row: number,
): readonly [PictureDataset, number] {
  let index = row;
  for (const dataset of datasets) {
    if (index < dataset.length) return [dataset, index];
    index -= dataset.length;
  }
  throw new Error(`internal: no row ${row} in ${datasets.length} parts`);
}
