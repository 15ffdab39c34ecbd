import type { OptionCheck } from '@ocelli/torch';
import type { BuildOptions, DecodeProgress } from './buildEntry.ts';
import { defaultCacheFolder } from './cacheFolder.ts';
import { CIFAR_FORMATS } from './cifarFormat.ts';
import type { DecodeOptions, PictureSize } from './decodePicture.ts';
import { DEFAULT_MAX_PIXELS, type Fit, fitNames } from './decodingDefaults.ts';

/** How the pictures of a data set are decoded and kept. */
export interface DecodingOptions {
  /** Stored size in pixels, one number for a square; without it all pictures must have one size. */
  size?: number | PictureSize;
  /** How pictures of another shape fill `size`, without which it is refused. @default 'cover' */
  fit?: Fit;
  /** Larger pictures are bad pictures. @default 40_000_000 */
  maxPixels?: number;
  /** Whether a picture that cannot be decoded ends the run or is left out and listed. @default 'error' */
  onBadImage?: 'error' | 'skip';
  /** Where decoded pictures and downloads are kept; see `defaultCacheFolder`. */
  cacheFolder?: string;
  /** Called while pictures are decoded. */
  onDecode?: (progress: DecodeProgress) => void;
}

/** @internal Every key of the options. */
export const DECODING_OPTIONS: readonly (keyof DecodingOptions)[] = [
  'size',
  'fit',
  'maxPixels',
  'onBadImage',
  'cacheFolder',
  'onDecode',
];

/** @internal Refuses values that the options do not allow. @throws {OptionError} */
export function checkDecodingOptions(check: OptionCheck, options: DecodingOptions): void {
  const { fit, onBadImage, size, maxPixels } = options;
  if (fit !== undefined) check.oneOf('fit', fit, fitNames);
  if (fit !== undefined && size === undefined) {
    throw check.error('fit', 'left out without size, to which it brings pictures', fit);
  }
  if (onBadImage !== undefined) check.oneOf('onBadImage', onBadImage, ['error', 'skip']);
  if (maxPixels !== undefined) check.integer('maxPixels', maxPixels, 1);
  const sides = typeof size === 'object' ? [size.height, size.width] : [size];
  for (const side of sides) if (side !== undefined) check.integer('size', side, 1);
}

/** @internal What the options mean for the cache, labels being `fine`. */
export function buildOptions(options: DecodingOptions): BuildOptions & { cacheFolder: string } {
  const { onBadImage = 'error', fit = 'cover' } = options;
  const { maxPixels = DEFAULT_MAX_PIXELS, cacheFolder = defaultCacheFolder() } = options;
  const decode: DecodeOptions = { fit, maxPixels };
  const { size } = options;
  if (size !== undefined) {
    decode.size = typeof size === 'number' ? { height: size, width: size } : size;
  }
  const onProgress = options.onDecode ?? (() => undefined);
  return { decode, labels: 'fine', onBadImage, cacheFolder, formats: CIFAR_FORMATS, onProgress };
}
