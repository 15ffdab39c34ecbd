import { fromTypedArray, optionError, ShapeError, type Tensor } from '@ocelli/torch';
import type { PictureSize } from './decodePicture.ts';

// Files and canvases hold pictures pixel by pixel (height, width, channels); networks want them plane by
// plane (channels, height, width). Only these functions know both.

/** Pictures as they lie in files: their size, and how many bytes a pixel has. */
export interface BytesLayout extends PictureSize {
  /** @default 3 */
  readonly channels?: number;
}

/**
 * Pictures from their bytes, row by row: `N · height · width · channels` of them.
 *
 * @returns uint8 `(N, C, H, W)`, `channels_last` in memory; a copy.
 * @throws {OptionError} if the bytes are no whole number of pictures.
 */
export function imagesFromBytes(bytes: Uint8Array, layout: BytesLayout): Tensor {
  const { height, width, channels = 3 } = layout;
  const count = bytes.length / (height * width * channels);
  if (!Number.isInteger(count)) {
    const rule = `a whole number of pictures of ${width}x${height} pixels and ${channels} channels`;
    throw optionError('imagesFromBytes', 'bytes', rule, `${bytes.length} bytes`);
  }
  const own = new Uint8Array(bytes); // a Buffer may be a part of a larger one
  return fromTypedArray(own, [count, height, width, channels]).permute([0, 3, 1, 2]);
}

/**
 * The bytes of pictures, row by row, as files and canvases take them: the inverse of
 * {@link imagesFromBytes}. Floating values are rounded, and those outside 0 to 255 brought to its ends.
 *
 * @param images `(N, C, H, W)`, 0 to 255.
 * @throws {ShapeError} if they are not.
 */
export function bytesOfImages(images: Tensor): Uint8Array {
  refuseOtherShape('bytesOfImages', images);
  const whole = images.dtype === 'uint8' ? images : asBytes(images);
  return whole.permute([0, 2, 3, 1]).toTypedArray() as Uint8Array; // as converted
}

/**
 * Bytes as floating numbers from 0 to 1.
 *
 * @param images uint8, 0 to 255.
 * @returns float32 of the same shape.
 * @throws {OptionError} if they are no bytes.
 */
export function unitFromBytes(images: Tensor): Tensor {
  if (images.dtype === 'uint8') return images.to({ dtype: 'float32' }).div(255);
  throw optionError('unitFromBytes', 'images', 'uint8', images.dtype);
}

/**
 * Floating numbers from 0 to 1 as bytes, rounded; what lies outside is brought to the ends. Undoes
 * {@link unitFromBytes} exactly.
 *
 * @returns uint8 of the same shape.
 * @throws {OptionError} if they are bytes already.
 */
export function bytesFromUnit(images: Tensor): Tensor {
  if (images.dtype !== 'uint8') return asBytes(images.mul(255));
  throw optionError('bytesFromUnit', 'images', 'floating numbers from 0 to 1', images.dtype);
}

function asBytes(images: Tensor): Tensor {
  return images.round().clamp({ min: 0, max: 255 }).to({ dtype: 'uint8' });
}

function refuseOtherShape(where: string, { shape }: Tensor): void {
  if (shape.length === 4) return;
  throw new ShapeError(`${where}: expected images to be (N, C, H, W), got (${shape.join(', ')}).`);
}
