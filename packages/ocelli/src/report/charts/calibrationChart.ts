import type { CalibrationBin } from '../../metrics/calibration.ts';
import { type Drawing, drawChart } from './chart.ts';
import { escapeText, panel } from './lineChart.ts';
import { light } from './palette.ts';

export interface CalibrationChart {
  readonly id: string;
  readonly title: string;
  readonly bins: readonly CalibrationBin[];
}

/**
 * Draws a reliability diagram: a bar for each bin as high as the share of right predictions in it, as
 * opaque as the bin is full, over the diagonal on which confidence and accuracy agree.
 */
export function calibrationChart({ id, title, bins }: CalibrationChart): Drawing {
  const fullest = Math.max(1, ...bins.map(({ count }) => count));
  const axis = { type: 'value', min: 0, max: 1, axisTick: { show: false } };
  const axisLabel = {
    color: light.faint,
    fontSize: 11,
    formatter: (value: number) => `${Math.round(value * 100)} %`,
  };
  const name = { nameLocation: 'middle', nameTextStyle: { color: light.faint, fontSize: 11 } };
  const axisLine = { lineStyle: { color: light.faint } };
  const option = {
    grid: { left: 62, right: 18, top: 44, bottom: 40 },
    xAxis: {
      ...axis,
      ...name,
      axisLabel,
      axisLine,
      name: 'confidence',
      nameGap: 24,
      splitLine: { show: false },
    },
    yAxis: {
      ...axis,
      ...name,
      axisLabel,
      name: 'right',
      nameGap: 42,
      splitLine: { lineStyle: { color: light.rule } },
    },
    series: [
      { type: 'custom', silent: true, data: bins.map((bin) => bar(bin, fullest)), renderItem },
      diagonal,
    ],
  };
  const drawing = drawChart(option, { id, ...panel });
  const heading = `<text x="2" y="20" font-size="13" font-weight="600" fill="${light.ink}">${escapeText(title)}</text>\n`;
  return { ...drawing, content: drawing.content + heading };
}

const diagonal = {
  type: 'line',
  data: [
    [0, 0],
    [1, 1],
  ],
  showSymbol: false,
  silent: true,
  color: light.faint,
  lineStyle: { width: 1, type: [3, 3] },
};

/** `[from, to, accuracy, opacity]`; an empty bin has no bar. */
function bar({ from, to, count, accuracy }: CalibrationBin, fullest: number): number[] {
  const opacity = count === 0 ? 0 : 0.25 + 0.75 * Math.sqrt(count / fullest);
  return [from, to, accuracy ?? 0, Number(opacity.toFixed(3))];
}

/** The parts of ECharts' drawing interface that a bar needs. */
interface BarApi {
  value(dimension: number): number;
  coord(point: readonly [number, number]): readonly [number, number];
}

function renderItem(_: unknown, api: BarApi) {
  const [left, top] = api.coord([api.value(0), api.value(2)]);
  const [right, bottom] = api.coord([api.value(1), 0]);
  const shape = { x: left + 0.75, y: top, width: right - left - 1.5, height: bottom - top };
  return { type: 'rect', shape, style: { fill: light.fill, opacity: api.value(3) } };
}
