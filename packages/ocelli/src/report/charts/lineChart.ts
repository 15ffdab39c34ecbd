import { type Drawing, drawChart } from './chart.ts';
import { light } from './palette.ts';

/** One line of a chart. */
export interface Line {
  readonly name: string;
  readonly colour: 'train' | 'validation' | 'ink';
  /** `[x, y]`, x ascending. */
  readonly points: readonly (readonly [number, number])[];
  /** Drawn thin and pale, under the others and without a name. @default false */
  readonly faint?: boolean;
}

/** A chart of figures over the epochs of a run. */
export interface LineChart {
  readonly id: string;
  readonly title: string;
  readonly lines: readonly Line[];
  /** How the figures on the vertical axis are written. @default as they are */
  readonly unit?: 'percent';
  /** Whether heights go by ratios where values differ a hundredfold. @default false */
  readonly byRatio?: boolean;
  /** A horizontal line to compare with, and its name. */
  readonly reference?: { readonly name: string; readonly y: number };
  /** An epoch to point out. */
  readonly mark?: number;
}

/** Size of every chart of lines: read at its own size on a telephone, three in a row on a desk. */
export const panel = { width: 380, height: 250 } as const;

/** Draws lines over epochs, each named at its end. */
export function lineChart(chart: LineChart): Drawing {
  const lines = chart.lines.filter(({ points }) => points.length > 0);
  const last = Math.max(1, ...lines.flatMap(({ points }) => points.map(([x]) => x)));
  const axis = { axisLine: { lineStyle: { color: light.faint } }, axisTick: { show: false } };
  const label = { color: light.faint, fontSize: 11, hideOverlap: true };
  const option = {
    grid: { left: 46, right: 18, top: 44, bottom: 36 },
    xAxis: {
      ...axis,
      type: 'value',
      min: 0,
      max: last,
      name: 'epoch',
      nameLocation: 'middle',
      nameGap: 22,
      nameTextStyle: { color: light.faint, fontSize: 11 },
      axisLabel: label,
      splitLine: { show: false },
      minInterval: last > 2 ? 1 : 0,
    },
    yAxis: {
      type: chart.byRatio === true && isWide(lines.map(({ points }) => points)) ? 'log' : 'value',
      scale: true,
      ...percentRange(chart),
      axisLabel: { ...label, formatter: (value: number) => axisText(value, chart.unit) },
      splitNumber: 4,
      splitLine: { lineStyle: { color: light.rule } },
    },
    series: lines.map((line, index) => series(line, index === 0 ? chart : undefined)),
  };
  const drawing = drawChart(option, { id: chart.id, ...panel });
  return { ...drawing, content: drawing.content + heading(chart, lines) };
}

/** Whether one line would hide the others: a loss that was enormous once, at its beginning or for good. */
export function isWide(lines: readonly (readonly (readonly [number, number])[])[]): boolean {
  const values = lines.flat().map(([, y]) => y);
  const [lowest, highest] = [Math.min(...values), Math.max(...values)];
  return lowest > 0 && highest > 100 * lowest;
}

/** Whole tenths that hold every line and the reference: an axis that stretched to its own ends would lie. */
function percentRange({ unit, lines, reference }: LineChart): { min?: number; max?: number } {
  const values = lines.flatMap(({ points }) => points.map(([, y]) => y));
  if (unit !== 'percent' || values.length === 0) return {};
  if (reference !== undefined) values.push(reference.y);
  const [lowest, highest] = [Math.min(...values), Math.max(...values)];
  return { min: Math.floor(lowest * 10) / 10, max: Math.min(1, Math.ceil(highest * 10) / 10) };
}

function series(line: Line, chart: LineChart | undefined) {
  const { faint = false, points } = line;
  const isOne = points.length === 1;
  return {
    type: 'line',
    data: points,
    color: light[line.colour],
    symbol: 'circle',
    symbolSize: isOne ? 7 : 4,
    showSymbol: isOne || (!faint && points.length <= 12),
    lineStyle: { width: faint ? 1 : 2, opacity: faint ? 0.35 : 1 },
    silent: true,
    z: faint ? 1 : 2,
    ...(chart && markLines(chart)),
  };
}

function markLines({ reference, mark }: LineChart) {
  const data = [
    ...(reference ? [{ yAxis: reference.y, label: referenceLabel(reference.name) }] : []),
    ...(mark === undefined ? [] : [{ xAxis: mark, label: { show: false } }]),
  ];
  const lineStyle = { color: light.faint, type: [3, 3], width: 1 };
  return { markLine: { symbol: 'none', silent: true, lineStyle, data } };
}

function referenceLabel(name: string) {
  return {
    show: true,
    formatter: () => name,
    position: 'insideStartTop',
    color: light.faint,
    fontSize: 10,
  };
}

/** A figure at an axis, as short as it can be said. */
export function axisText(value: number, unit?: LineChart['unit']): string {
  if (unit === 'percent') return `${Number((value * 100).toFixed(1))} %`;
  const size = Math.abs(value);
  if (size > 0 && (size < 1e-3 || size >= 1e5)) return value.toExponential(size < 1 ? 0 : 1);
  return String(Number(value.toPrecision(3)));
}

/** A line as the legend names it. */
export interface LegendEntry {
  readonly name: string;
  /** As in SVG. */
  readonly colour: string;
}

/**
 * Title and legend, written by hand: no library puts both on one line of a small chart.
 *
 * @param width of the chart, in pixels.
 */
export function chartHeading(title: string, legend: readonly LegendEntry[], width: number): string {
  let right = width - 18;
  const named = legend.toReversed().map(({ name, colour }) => {
    const text = `<text x="${right}" y="20" text-anchor="end" font-size="11" fill="${light.faint}">${escapeText(name)}</text>`;
    right -= wordWidth(name, 11) + 8;
    const dash = `<path d="M${right - 14} 16h14" stroke="${colour}" stroke-width="2" fill="none"/>`;
    right -= 26;
    return text + dash;
  });
  return `<text x="2" y="20" font-size="13" font-weight="600" fill="${light.ink}">${escapeText(title)}</text>${named.join('')}\n`;
}

/** About how wide a word is in DejaVu Sans, in pixels: its letters are narrow, wide or neither. */
function wordWidth(word: string, size: number): number {
  const narrow = word.match(/[fijlrt]/g)?.length ?? 0;
  const wide = word.match(/[mw]/gi)?.length ?? 0;
  return size * (0.35 * narrow + 0.95 * wide + 0.62 * (word.length - narrow - wide));
}

function heading({ title }: LineChart, lines: readonly Line[]): string {
  const named = lines.filter(({ faint = false, name }) => !faint && name !== '');
  const legend = named.map(({ name, colour }) => ({ name, colour: light[colour] }));
  return chartHeading(title, legend, panel.width);
}

/** Text inside a drawing: never markup. */
export function escapeText(text: string): string {
  return text.replace(/[&<>"']/g, (letter) => `&#${letter.charCodeAt(0)};`);
}
