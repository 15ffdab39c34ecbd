import type { Drawing } from '../charts/chart.ts';
import { escapeText } from '../charts/lineChart.ts';
import { light } from '../charts/palette.ts';
import { fileNameOf } from '../fileName.ts';
import { percent } from '../numbers.ts';
import { type HeadMistakes, type Mistake, mistakesInWords } from './headMistakes.ts';

/** Pairs of picture and map beside one another, the side of each, and room around them, in pixels. */
const [columns, side, gap] = [5, 112, 18];
const pair = 2 * side + 4;
const [headingHeight, lineHeight] = [48, 14];
const rowHeight = side + 3 * lineHeight + gap;

/** A grid a head: the picture, where the model looked, what it said, and what the label is. */
export function mistakesDrawing(heads: readonly HeadMistakes[]): Drawing {
  let y = gap;
  const content = heads.map((head) => {
    const drawn = section(head, y);
    y += headingHeight + Math.ceil(head.shown.length / columns) * rowHeight + gap;
    return drawn;
  });
  return { width: gap + columns * (pair + gap), height: y, content: content.join('') };
}

function section(head: HeadMistakes, top: number): string {
  const heading = text(head.name, { x: gap, y: top + 14, size: 15, weight: 600 });
  const words = text(mistakesInWords(head), { x: gap, y: top + 32, size: 11, ink: light.faint });
  const tiles = head.shown.map((mistake, index) => {
    const x = gap + (index % columns) * (pair + gap);
    return tile(mistake, { x, y: top + headingHeight + Math.floor(index / columns) * rowHeight });
  });
  return `${heading}${words}\n${tiles.join('')}`;
}

function tile(mistake: Mistake, { x, y }: { x: number; y: number }): string {
  const { picture, map, answer, probability, label, labelProbability, name } = mistake;
  const images = [picture, map].map(
    (uri, index) =>
      `<image x="${x + index * (side + 4)}" y="${y}" width="${side}" height="${side}" image-rendering="optimizeSpeed" xlink:href="${uri}"/>`,
  );
  const line = (row: number): number => y + side + row * lineHeight;
  const words = [
    caption(`said ${answer} ${percent(probability)}%`, { x, y: line(1), size: 11, weight: 600 }),
    caption(`label ${label} ${percent(labelProbability)}%`, { x, y: line(2), size: 11 }),
    caption(fileNameOf(name), { x, y: line(3), size: 10, ink: light.faint }),
  ];
  return `${images.join('')}${words.join('')}\n`;
}

interface TextPlace {
  readonly x: number;
  readonly y: number;
  readonly size: number;
  readonly weight?: number;
  readonly ink?: string;
}

/** Words no wider than a pair. */
function caption(words: string, place: TextPlace): string {
  const most = Math.floor(pair / (0.62 * place.size));
  return text(words.length <= most ? words : `${words.slice(0, most - 1)}…`, place);
}

function text(words: string, { x, y, size, weight = 400, ink = light.ink }: TextPlace): string {
  return `<text x="${x}" y="${y}" font-size="${size}" font-weight="${weight}" fill="${ink}">${escapeText(words)}</text>`;
}
