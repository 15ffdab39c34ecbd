import type { Drawing } from '../charts/chart.ts';

/** Room around each drawing, in pixels. */
const margin = 14;

/** Joins drawings to one, `columns` side by side. */
export function panels(drawings: readonly Drawing[], columns: number): Drawing {
  const width = margin + Math.max(0, ...drawings.map((drawing) => drawing.width));
  const height = margin + Math.max(0, ...drawings.map((drawing) => drawing.height));
  const content = drawings.map((drawing, index) => {
    const [column, row] = [index % columns, Math.floor(index / columns)];
    const [x, y] = [margin + column * width, margin + row * height];
    return `<svg x="${x}" y="${y}" width="${drawing.width}" height="${drawing.height}">${drawing.content}</svg>\n`;
  });
  return {
    width: margin + width * Math.min(columns, Math.max(1, drawings.length)),
    height: margin + height * Math.max(1, Math.ceil(drawings.length / columns)),
    content: content.join(''),
  };
}
