import { BadPictureError } from '../../data/decodePicture.ts';
import type { PictureSupply } from '../../data/look/pictureSupply.ts';
import { thumbnailOf } from '../evaluation/thumbnails.ts';

/** Small pictures of some rows as `data:` URIs; those that cannot be read are left out. */
export async function rowPictures(
  supply: PictureSupply,
  rows: Iterable<number>,
): Promise<Map<number, string>> {
  const wanted = [...new Set(rows)].sort((a, b) => a - b);
  const uris = new Map<number, string>();
  await supply.each(wanted, async ({ row, decode }) => {
    try {
      uris.set(row, await thumbnailOf(await decode()));
    } catch (error) {
      if (!(error instanceof BadPictureError)) throw error;
    }
  });
  return uris;
}
