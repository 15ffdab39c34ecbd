import type { Tensor } from '@ocelli/torch';
import sharp from 'sharp';

/** Pictures in a row, and what is written before them. */
export interface PictureRow {
  readonly title: string;
  /** Smaller, below the title. */
  readonly note: string;
  /** uint8, or floating, whose values are then stretched from the least to the greatest; `(N, 3, H, W)`. */
  readonly images: Tensor;
}

/** Side of a picture, the space between pictures, and the width of the titles, in pixels. */
const [cell, gap, titleWidth] = [96, 6, 250];

/**
 * Rows of pictures with their titles, drawn as a PNG. Pictures fill cells of one size, small ones with
 * their pixels visible.
 */
export async function pictureGrid(rows: readonly PictureRow[]): Promise<Buffer> {
  const columns = Math.max(...rows.map(({ images }) => images.shape[0] ?? 0));
  const width = titleWidth + columns * (cell + gap) + gap;
  const height = rows.length * (cell + gap) + gap;
  const pictures = await Promise.all(rows.flatMap(placedPictures));
  return sharp({ create: { width, height, channels: 3, background: '#ffffff' } })
    .composite([...pictures, { input: Buffer.from(titles(rows, { width, height })) }])
    .removeAlpha()
    .png()
    .toBuffer();
}

function placedPictures({ images }: PictureRow, row: number) {
  const bytes = asBytes(images);
  const count = images.shape[0] ?? 0;
  return Array.from({ length: count }, async (_, column) => ({
    input: await drawn(bytes.select(0, column)),
    top: gap + row * (cell + gap),
    left: titleWidth + gap + column * (cell + gap),
  }));
}

function asBytes(images: Tensor): Tensor {
  if (images.dtype === 'uint8') return images;
  const [low, high] = [images.min().item(), images.max().item()];
  const span = high - low || 1;
  return images
    .sub(low)
    .mul_(255 / span)
    .to({ dtype: 'uint8' });
}

/** One picture `(3, H, W)` as a PNG of one cell. */
async function drawn(picture: Tensor): Promise<Buffer> {
  const [, height = 0, width = 0] = picture.shape;
  const pixels = picture.permute([1, 2, 0]).contiguous().toTypedArray() as Uint8Array;
  const kernel = Math.max(height, width) < cell ? 'nearest' : 'lanczos3';
  return sharp(Buffer.from(pixels), { raw: { width, height, channels: 3 } })
    .resize({ width: cell, height: cell, fit: 'contain', background: '#ffffff', kernel })
    .png()
    .toBuffer();
}

function titles(rows: readonly PictureRow[], { width, height }: { width: number; height: number }) {
  const texts = rows.map(({ title, note }, row) => {
    const y = gap + row * (cell + gap) + 24;
    const lines = wrapped(note, 40).slice(0, 4);
    const notes = lines.map((line, index) =>
      text(line, { y: y + 18 + 15 * index, size: 12, colour: '#666' }),
    );
    return text(title, { y, size: 16, colour: '#111' }) + notes.join('');
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}">${texts.join('')}</svg>`;
}

function text(words: string, { y, size, colour }: { y: number; size: number; colour: string }) {
  const safe = words.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
  return `<text x="10" y="${y}" font-family="sans-serif" font-size="${size}" fill="${colour}">${safe}</text>`;
}

/** Lines of at most `length` characters, broken at spaces. */
function wrapped(words: string, length: number): string[] {
  const lines = [''];
  for (const word of words.split(' ')) {
    const line = lines.at(-1) ?? '';
    if (line !== '' && line.length + word.length >= length) lines.push(word);
    else lines[lines.length - 1] = line === '' ? word : `${line} ${word}`;
  }
  return lines;
}
