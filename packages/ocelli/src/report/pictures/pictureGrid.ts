import type { Drawing } from '../charts/chart.ts';
import { escapeText } from '../charts/lineChart.ts';
import { light } from '../charts/palette.ts';

/** A picture with a few words under it. */
export interface Captioned {
  /** `data:` URI. */
  readonly uri: string;
  /** One line each. */
  readonly caption: readonly string[];
}

export interface PictureGridOptions {
  readonly title: string;
  /** @default 10 */
  readonly columns?: number;
  /** Side of a picture, in pixels. @default 84 */
  readonly side?: number;
}

const gap = 10;
const lineHeight = 13;
const top = 34;

/** Draws pictures in rows, each with its caption; pixels stay pixels. A place without a picture stays empty. */
export function pictureGrid(
  pictures: readonly (Captioned | undefined)[],
  options: PictureGridOptions,
): Drawing {
  const { title, columns = 10, side = 84 } = options;
  const lines = Math.max(0, ...pictures.map((picture) => picture?.caption.length ?? 0));
  const step = { x: side + gap, y: side + lines * lineHeight + gap + 4 };
  const heading = `<text x="${gap}" y="20" font-size="13" font-weight="600" fill="${light.ink}">${escapeText(title)}</text>\n`;
  const tiles = pictures.map((picture, index) => {
    if (picture === undefined) return '';
    const x = gap + (index % columns) * step.x;
    const y = top + Math.floor(index / columns) * step.y;
    return tile(picture, { x, y, side });
  });
  return {
    width: gap + columns * step.x,
    height: top + Math.ceil(pictures.length / columns) * step.y + gap,
    content: heading + tiles.join(''),
  };
}

function tile(
  { uri, caption }: Captioned,
  { x, y, side }: { x: number; y: number; side: number },
): string {
  const most = Math.floor(side / 6);
  const text = caption.map((line, index) => {
    const short = line.length <= most ? line : `${line.slice(0, most - 1)}…`;
    const baseline = y + side + lineHeight * (index + 1);
    return `<text x="${x}" y="${baseline}" font-size="10" fill="${light.ink}">${escapeText(short)}</text>`;
  });
  const image = `<image x="${x}" y="${y}" width="${side}" height="${side}" image-rendering="optimizeSpeed" xlink:href="${uri}"/>`;
  return `${image}${text.join('')}\n`;
}
