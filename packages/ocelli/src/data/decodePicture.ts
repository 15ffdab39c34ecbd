import { DataError } from '@ocelli/torch';
import sharp, { type Sharp } from 'sharp';
import { DEFAULT_MAX_PIXELS, type Fit } from './decodingDefaults.ts';
import { otherContent, pictureFormat } from './pictureFormat.ts';

/** Height and width in pixels. */
export interface PictureSize {
  readonly height: number;
  readonly width: number;
}

/** How pictures become pixels. */
export interface DecodeOptions {
  /** Size to resize to, with Lanczos-3; without it a picture keeps its own. */
  size?: PictureSize;
  /** @default 'cover' */
  fit?: Fit;
  /** Pictures with more pixels are refused before they are decoded. @default 40_000_000 */
  maxPixels?: number;
}

/** Pixels of one picture: uint8 RGB, row by row, `(height, width, 3)`. */
export interface DecodedPicture extends PictureSize {
  readonly pixels: Buffer;
}

/** A picture that cannot be used, and why; training can leave it out. */
export class BadPictureError extends DataError {}

/** Raised whenever a picture that is resized comes to other pixels, so that caches are made anew. */
export const RESIZING = 2;

/**
 * Decodes one picture: the only way from a file to pixels, in training, evaluation and prediction.
 *
 * EXIF rotation is applied; colours become 8-bit sRGB (CMYK, grey, 16-bit and palettes converted);
 * transparency is dropped, keeping the colour below it; of an animation the first frame counts. A
 * picture is resampled only if its size differs from `options.size`.
 *
 * @param name what messages call the picture.
 * @throws {BadPictureError} if the bytes are no JPEG, PNG, WebP or GIF, are damaged or cut short, or
 *   hold too many pixels.
 */
export async function decodePicture(
  bytes: Buffer,
  name: string,
  options: DecodeOptions = {},
): Promise<DecodedPicture> {
  const { size, fit = 'cover', maxPixels = DEFAULT_MAX_PIXELS } = options;
  refuseOtherContent(bytes, name);
  const picture = sharp(bytes, { failOn: 'warning', limitInputPixels: maxPixels }).autoOrient();
  try {
    if (size === undefined) return await rgbOf(picture);
    const opaque = (await hasAlpha(picture, bytes)) ? await withoutAlpha(picture) : picture;
    const how = { ...size, fit, kernel: 'lanczos3', background: 'black' } as const;
    return await rgbOf(opaque.resize(how));
  } catch (cause) {
    throw await badPicture(bytes, name, { maxPixels, cause });
  }
}

async function rgbOf(picture: Sharp): Promise<DecodedPicture> {
  const { data, info } = await picture
    .toColourspace('srgb')
    .removeAlpha()
    .raw()
    .toBuffer({ resolveWithObject: true });
  if (info.channels !== 3) throw new Error(`internal: ${info.channels} channels after decoding`);
  return { pixels: data, height: info.height, width: info.width };
}

/** Whether a picture may be transparent. A JPEG never is, and need not be asked. */
async function hasAlpha(picture: Sharp, bytes: Buffer): Promise<boolean> {
  return pictureFormat(bytes) !== 'jpeg' && (await picture.metadata()).hasAlpha;
}

/** Its colours alone: resampled with its transparency, clear pixels would lose theirs. */
async function withoutAlpha(picture: Sharp): Promise<Sharp> {
  const { pixels, height, width } = await rgbOf(picture);
  const raw = { height, width, channels: 3 } as const;
  return sharp(pixels, { raw, limitInputPixels: false }); // they were counted before
}

function refuseOtherContent(bytes: Buffer, name: string): void {
  if (bytes.length === 0) {
    throw new BadPictureError(
      `${name}: expected a picture, got an empty file (0 bytes). Copy it again or delete it.`,
    );
  }
  if (pictureFormat(bytes) !== undefined) return;
  throw new BadPictureError(
    `${name}: expected a JPEG, PNG, WebP or GIF picture, got ${otherContent(bytes)}. ` +
      'Convert or delete it.',
  );
}

async function badPicture(
  bytes: Buffer,
  name: string,
  facts: { maxPixels: number; cause: unknown },
): Promise<BadPictureError> {
  const { maxPixels, cause } = facts;
  const size = await headerSize(bytes);
  if (size !== undefined && size.width * size.height > maxPixels) {
    return new BadPictureError(
      `${name}: expected at most ${maxPixels} pixels, got ${size.width}x${size.height}. ` +
        'Shrink it, or allow more with maxPixels (--max-pixels).',
      { cause },
    );
  }
  const reason = cause instanceof Error ? firstLine(cause.message) : String(cause);
  return new BadPictureError(
    `${name}: expected a whole picture, got one that is damaged or ends early (${reason}). ` +
      'Copy or export it again, or delete it.',
    { cause },
  );
}

async function headerSize(bytes: Buffer): Promise<PictureSize | undefined> {
  try {
    const { height, width } = await sharp(bytes, { limitInputPixels: false }).metadata();
    return { height, width };
  } catch {
    return undefined; // The header itself is damaged, which the caller reports.
  }
}

function firstLine(message: string): string {
  return message.trim().split('\n')[0]?.trim() ?? '';
}
