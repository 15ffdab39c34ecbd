import sharp from 'sharp';

/** A picture as the `data:` URI of a PNG file. @param pixels RGB bytes, row by row. */
export async function pngUri(
  pixels: Uint8Array,
  { width, height }: { readonly width: number; readonly height: number },
): Promise<string> {
  const png = await sharp(pixels, { raw: { width, height, channels: 3 } })
    .png()
    .toBuffer();
  return `data:image/png;base64,${png.toString('base64')}`;
}
