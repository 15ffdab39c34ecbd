import type { Drawing } from '../charts/chart.ts';

/** Room around each drawing, in pixels. */
const margin = 14;

/** Joins drawings to one, `columns` side by side. A place without a drawing stays empty. */
export function panels(drawings: readonly (Drawing | undefined)[], columns: number): Drawing {
  const drawn = drawings.filter((drawing) => drawing !== undefined);
  const width = margin + Math.max(0, ...drawn.map((drawing) => drawing.width));
  const height = margin + Math.max(0, ...drawn.map((drawing) => drawing.height));
  const content = drawings.map((drawing, index) => {
    if (drawing === undefined) return '';
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

/** Places of drawings in rows such that no group is torn apart where a row could hold it whole. */
export function unbroken(
  groups: readonly (readonly Drawing[])[],
  columns: number,
): (Drawing | undefined)[] {
  const places: (Drawing | undefined)[] = [];
  for (const group of groups) {
    const left = columns - (places.length % columns);
    if (group.length > left) places.push(...Array<undefined>(left % columns));
    places.push(...group);
  }
  return places;
}
