import type { Tensor } from '@ocelli/torch';
import type { Drawing } from '../charts/chart.ts';
import { escapeText } from '../charts/lineChart.ts';
import { light } from '../charts/palette.ts';
import { pngUri } from './pngUri.ts';

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

/** Draws rows of pictures with their titles. Pictures fill cells of one size; pixels stay pixels. */
export async function pictureRows(rows: readonly PictureRow[]): Promise<Drawing> {
  const columns = Math.max(...rows.map(({ images }) => images.shape[0] ?? 0));
  const drawn = await Promise.all(
    rows.map((row, index) => drawnRow(row, gap + index * (cell + gap))),
  );
  return {
    width: titleWidth + columns * (cell + gap) + gap,
    height: rows.length * (cell + gap) + gap,
    content: drawn.join(''),
  };
}

async function drawnRow({ title, note, images }: PictureRow, y: number): Promise<string> {
  const bytes = asBytes(images);
  const uris = await Promise.all(bytes.unbind(0).map(uriOf));
  const pictures = uris.map((uri, column) => {
    const x = titleWidth + gap + column * (cell + gap);
    return `<image x="${x}" y="${y}" width="${cell}" height="${cell}" image-rendering="optimizeSpeed" xlink:href="${uri}"/>`;
  });
  const lines = wrapped(note, 40).slice(0, 4);
  const notes = lines.map((line, index) =>
    text(line, { y: y + 42 + 15 * index, size: 12, ink: light.faint }),
  );
  const heading = text(title, { y: y + 24, size: 16, ink: light.ink });
  return `${heading}${notes.join('')}${pictures.join('')}\n`;
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

/** One picture `(3, H, W)` as a `data:` URI. */
async function uriOf(picture: Tensor): Promise<string> {
  const [, height = 0, width = 0] = picture.shape;
  const pixels = picture.permute([1, 2, 0]).toTypedArray() as Uint8Array;
  return pngUri(pixels, { width, height });
}

function text(words: string, { y, size, ink }: { y: number; size: number; ink: string }): string {
  return `<text x="10" y="${y}" font-size="${size}" fill="${ink}">${escapeText(words)}</text>`;
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
