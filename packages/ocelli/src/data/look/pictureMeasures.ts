import sharp from 'sharp';
import type { DecodedPicture } from '../decodePicture.ts';

/** What can be told of a picture without knowing what it shows. */
export interface PictureMeasures {
  readonly width: number;
  readonly height: number;
  /** Mean luma, 0 to 255. */
  readonly brightness: number;
  /** Variance of the Laplacian of the luma: small where nothing has a sharp edge. */
  readonly sharpness: number;
  /** The picture in 16 x 16 colours, RGB: what copies have in common that were saved or scaled anew. */
  readonly signature: Uint8Array;
}

/** Longest side at which brightness and sharpness are measured, in pixels. */
const MEASURED_SIDE = 256;

/** Side of a signature, in pixels. */
export const SIGNATURE_SIDE = 16;

/**
 * Measures a picture, at most 256 pixels wide and high.
 *
 * @see Pech-Pacheco et al. 2000, "Diatom autofocusing in brightfield microscopy", for the sharpness
 * @see Recommendation ITU-R BT.601-7 for the luma
 */
export async function measurePicture(picture: DecodedPicture): Promise<PictureMeasures> {
  const { width, height } = picture;
  const seen = await reduced(picture);
  const luma = lumaOf(seen.pixels);
  const brightness = luma.reduce((sum, value) => sum + value, 0) / luma.length;
  const sharpness = laplacianVariance(luma, seen);
  return { width, height, brightness, sharpness, signature: await signatureOf(seen) };
}

async function reduced(picture: DecodedPicture): Promise<DecodedPicture> {
  const { width, height, pixels } = picture;
  if (Math.max(width, height) <= MEASURED_SIDE) return picture;
  const { data, info } = await sharp(pixels, { raw: { width, height, channels: 3 } })
    .resize({ width: MEASURED_SIDE, height: MEASURED_SIDE, fit: 'inside' })
    .raw()
    .toBuffer({ resolveWithObject: true });
  return { pixels: data, width: info.width, height: info.height };
}

function signatureOf({ pixels, width, height }: DecodedPicture): Promise<Buffer> {
  return sharp(pixels, { raw: { width, height, channels: 3 } })
    .resize({ width: SIGNATURE_SIDE, height: SIGNATURE_SIDE, fit: 'fill', kernel: 'linear' })
    .raw()
    .toBuffer();
}

function lumaOf(pixels: Buffer): Float32Array {
  const luma = new Float32Array(pixels.length / 3);
  for (let i = 0; i < luma.length; i++) {
    const [r = 0, g = 0, b = 0] = [pixels[3 * i], pixels[3 * i + 1], pixels[3 * i + 2]];
    luma[i] = 0.299 * r + 0.587 * g + 0.114 * b;
  }
  return luma;
}

function laplacianVariance(
  luma: Float32Array,
  { width, height }: Pick<DecodedPicture, 'width' | 'height'>,
): number {
  let [count, sum, squares] = [0, 0, 0];
  for (let y = 1; y < height - 1; y++) {
    for (let i = y * width + 1; i < (y + 1) * width - 1; i++) {
      const beside = (luma[i - 1] ?? 0) + (luma[i + 1] ?? 0);
      const above = (luma[i - width] ?? 0) + (luma[i + width] ?? 0);
      const value = beside + above - 4 * (luma[i] ?? 0);
      count++;
      sum += value;
      squares += value * value;
    }
  }
  return count === 0 ? 0 : Math.max(0, squares / count - (sum / count) ** 2);
}
