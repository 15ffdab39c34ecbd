import { scope, type Tensor } from '@ocelli/torch';
import sharp from 'sharp';
import { bytesOfImages } from '../../data/imageBytes.ts';

/** Small JPEG pictures as `data:` URIs, by the position of the picture in its part of the data. */
export type Thumbnails = Readonly<Record<number, string>>;

/** Longest side of a thumbnail, in pixels; smaller pictures stay as they are. */
const longestSide = 96;

/** What thumbnails are made from: a data set. */
export interface PictureSource {
  at(indices: Int32Array): { readonly images: Tensor; readonly labels: Tensor };
}

/** Thumbnails of some pictures, each once. */
export async function thumbnailsOf(
  source: PictureSource,
  indices: Iterable<number>,
): Promise<Thumbnails> {
  const wanted = [...new Set(indices)].sort((a, b) => a - b);
  if (wanted.length === 0) return {};
  const { images, labels } = source.at(Int32Array.from(wanted));
  const uris = await jpegUris(images);
  images.dispose();
  labels.dispose();
  return Object.fromEntries(wanted.map((index, row) => [index, uris[row] ?? '']));
}

/** @param images uint8 `(N, 3, H, W)`. */
async function jpegUris(images: Tensor): Promise<string[]> {
  const [count = 0, channels = 3, height = 0, width = 0] = images.shape;
  const pixels = scope(() => bytesOfImages(images));
  const size = height * width * channels;
  const uris: string[] = [];
  for (let row = 0; row < count; row++) {
    const own = pixels.subarray(row * size, (row + 1) * size);
    uris.push(await thumbnailOf({ pixels: own, width, height }));
  }
  return uris;
}

/**
 * A small JPEG of one picture as a `data:` URI.
 *
 * @param picture uint8 `(height, width, 3)`.
 * @param side longest side, in pixels; smaller pictures stay as they are.
 */
export async function thumbnailOf(
  picture: { readonly pixels: Uint8Array; readonly width: number; readonly height: number },
  side: number = longestSide,
): Promise<string> {
  const { pixels, width, height } = picture;
  const jpeg = await sharp(pixels, { raw: { width, height, channels: 3 } })
    .resize({ width: side, height: side, fit: 'inside', withoutEnlargement: true })
    .jpeg({ quality: 84, chromaSubsampling: '4:4:4' })
    .toBuffer();
  return `data:image/jpeg;base64,${jpeg.toString('base64')}`;
}
