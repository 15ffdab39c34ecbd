import type { Confusion } from '../../metrics/confusion.ts';
import { sum } from '../../metrics/ratio.ts';
import { type Drawing, drawChart } from './chart.ts';
import { escapeText } from './lineChart.ts';
import { light } from './palette.ts';

export interface ConfusionChart {
  readonly id: string;
  readonly title: string;
  readonly confusion: Confusion;
  readonly classes: readonly string[];
}

/** Above this many classes the squares are too small for figures. */
const mostWithFigures = 30;

/** Least width of the drawing, in pixels: room for its heading. */
const narrowest = 320;

/** Longest class name that is written out, in letters. */
const longestName = 18;

/**
 * Draws a confusion matrix: a row for each true class, a column for each predicted one. Squares are
 * shaded by their share of the row, so that rare classes are seen as well as frequent ones.
 */
export function confusionChart(chart: ConfusionChart): Drawing {
  const { id, confusion, classes } = chart;
  const hasFigures = classes.length <= mostWithFigures;
  const side = hasFigures ? Math.max(34, Math.min(64, 420 / classes.length)) : 9;
  const names = classes.map(shortened);
  const gutter = 26 + 6.6 * Math.max(...names.map(({ length }) => length));
  const extent = side * classes.length;
  const grid = { left: gutter, top: 52, width: extent, height: extent };
  const label = { color: light.ink, fontSize: hasFigures ? 11 : 7, interval: 0 };
  const axis = {
    type: 'category',
    data: names,
    axisLine: { show: false },
    axisTick: { show: false },
  };
  const option = {
    grid,
    xAxis: { ...axis, axisLabel: { ...label, rotate: tilt(names, side) }, ...titled('predicted') },
    yAxis: { ...axis, axisLabel: label, inverse: true },
    series: [{ type: 'custom', silent: true, data: cells(confusion), renderItem: square(chart) }],
  };
  const below = 26 + (tilt(names, side) === 0 ? 14 : gutter - 10);
  const size = {
    id,
    width: Math.max(narrowest, Math.ceil(gutter + extent + 24)),
    height: Math.ceil(52 + extent + below),
  };
  const drawing = drawChart(option, size);
  return { ...drawing, content: drawing.content + heading(chart.title, gutter) };
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

/** `[column, row, count, share of the row]`. */
function cells(confusion: Confusion): number[][] {
  return confusion.flatMap((row, y) => {
    const total = Math.max(1, sum(row));
    return row.map((count, x) => [x, y, count, count / total]);
  });
}

/** The parts of ECharts' drawing interface that a square needs. */
interface CellApi {
  value(dimension: number): number;
  coord(point: readonly [number, number]): readonly [number, number];
  size(extent: readonly [number, number]): readonly [number, number];
}

function square({ classes }: ConfusionChart) {
  const hasFigures = classes.length <= mostWithFigures;
  return (_: unknown, api: CellApi) => {
    const [x, y] = api.coord([api.value(0), api.value(1)]);
    const [width, height] = api.size([1, 1]);
    const [count, share] = [api.value(2), api.value(3)];
    const gap = hasFigures ? 1.5 : 0.5;
    const box = { x: x - width / 2, y: y - height / 2, width: width - gap, height: height - gap };
    const rectangle = {
      type: 'rect',
      shape: box,
      style: { fill: light.fill, opacity: Number((0.05 + 0.95 * share).toFixed(3)) },
    };
    if (!hasFigures || count === 0) return { type: 'group', children: [rectangle] };
    const style = {
      text: String(count),
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

function heading(title: string, left: number): string {
  return (
    `<text x="2" y="20" font-size="13" font-weight="600" fill="${light.ink}">${escapeText(title)}</text>` +
    `<text x="${left}" y="42" font-size="11" fill="${light.faint}">rows: label, columns: predicted</text>\n`
  );
}
