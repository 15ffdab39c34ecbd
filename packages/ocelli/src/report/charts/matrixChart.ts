import { type Drawing, drawChart } from './chart.ts';
import { escapeText } from './lineChart.ts';
import { light } from './palette.ts';

/** One square of a matrix. */
export interface MatrixCell {
  readonly column: number;
  readonly row: number;
  /** How dark it is, 0 to 1. */
  readonly share: number;
  /** Written into it where there is room; nothing if empty. */
  readonly text: string;
  /** Drawn in the second colour: below 0. */
  readonly isNegative?: boolean;
}

export interface MatrixChart {
  readonly id: string;
  readonly title: string;
  /** What rows and columns are, in a line of its own. */
  readonly note: string;
  /** Of rows and columns alike. */
  readonly names: readonly string[];
  readonly cells: readonly MatrixCell[];
}

/** Above this many names the squares are too small for figures. */
const mostWithFigures = 30;

/** Least width of the drawing, in pixels: room for its heading. */
const narrowest = 320;

/** Longest name that is written out, in letters. */
const longestName = 18;

/** Draws a square matrix whose rows and columns have the same names, shaded by share. */
export function matrixChart(chart: MatrixChart): Drawing {
  const { id, cells } = chart;
  const hasFigures = chart.names.length <= mostWithFigures;
  const side = hasFigures ? Math.max(34, Math.min(64, 420 / chart.names.length)) : 9;
  const names = chart.names.map(shortened);
  const gutter = 26 + 6.6 * Math.max(...names.map(({ length }) => length));
  const extent = side * names.length;
  const grid = { left: gutter, top: 52, width: extent, height: extent };
  const label = { color: light.ink, fontSize: hasFigures ? 11 : 7, interval: 0 };
  const axis = {
    type: 'category',
    data: names,
    axisLine: { show: false },
    axisTick: { show: false },
  };
  const data = cells.map(({ column, row }, index) => [column, row, index]);
  const option = {
    grid,
    xAxis: { ...axis, axisLabel: { ...label, rotate: tilt(names, side) }, ...titled('columns') },
    yAxis: { ...axis, axisLabel: label, inverse: true },
    series: [{ type: 'custom', silent: true, data, renderItem: square(cells, hasFigures) }],
  };
  const below = tilt(names, side) === 0 ? 40 : gutter;
  const size = {
    id,
    width: Math.max(narrowest, Math.ceil(gutter + extent + 24)),
    height: Math.ceil(52 + extent + below),
  };
  const drawing = drawChart(option, size);
  return { ...drawing, content: drawing.content + heading(chart, gutter) };
}

function titled(name: string) {
  return { name, nameLocation: 'middle', nameGap: 8, nameTextStyle: { fontSize: 0 } };
}

function shortened(name: string): string {
  return name.length <= longestName ? name : `${name.slice(0, longestName - 1)}…`;
}

/** Names that do not fit under their square are turned. */
function tilt(names: readonly string[], side: number): number {
  const longest = Math.max(...names.map(({ length }) => length));
  return longest * 6.6 > side - 4 ? 90 : 0;
}

/** The parts of ECharts' drawing interface that a square needs. */
interface CellApi {
  value(dimension: number): number;
  coord(point: readonly [number, number]): readonly [number, number];
  size(extent: readonly [number, number]): readonly [number, number];
}

function square(cells: readonly MatrixCell[], hasFigures: boolean) {
  return (_: unknown, api: CellApi) => {
    const [x, y] = api.coord([api.value(0), api.value(1)]);
    const [width, height] = api.size([1, 1]);
    const { share = 0, text = '', isNegative = false } = cells[api.value(2)] ?? {};
    const gap = hasFigures ? 1.5 : 0.5;
    const box = { x: x - width / 2, y: y - height / 2, width: width - gap, height: height - gap };
    const fill = isNegative ? light.validation : light.fill;
    const opacity = Number((0.05 + 0.95 * share).toFixed(3));
    const rectangle = { type: 'rect', shape: box, style: { fill, opacity } };
    if (!hasFigures || text === '') return { type: 'group', children: [rectangle] };
    const style = {
      text,
      x: x - gap / 2,
      y: y - gap / 2,
      align: 'center',
      verticalAlign: 'middle',
      fontSize: width < 40 ? 10 : 12,
      fill: share > 0.5 ? light.onFill : light.ink,
    };
    return { type: 'group', children: [rectangle, { type: 'text', style }] };
  };
}

function heading({ title, note }: MatrixChart, left: number): string {
  return (
    `<text x="2" y="20" font-size="13" font-weight="600" fill="${light.ink}">${escapeText(title)}</text>` +
    `<text x="${left}" y="42" font-size="11" fill="${light.faint}">${escapeText(note)}</text>\n`
  );
}
