import type { SweepCurve } from '../../train/lrFinder/curve.ts';
import { type Drawing, drawChart } from './chart.ts';
import { axisText, chartHeading } from './lineChart.ts';
import { light } from './palette.ts';

export interface SweepChartOptions {
  /** Loss against learning rate, or accuracy. @default 'loss' */
  show?: 'loss' | 'accuracy';
  /** Rates are spaced by their ratio or by their difference. @default 'logarithmic' */
  axis?: 'logarithmic' | 'linear';
  /** A learning rate of one's own to point out. */
  mark?: number;
}

const size = { width: 640, height: 400 } as const;

/** Draws the curve of a learning rate finder with its suggestions. */
export function sweepChart(
  { points, suggestions }: SweepCurve,
  options: SweepChartOptions = {},
): Drawing {
  const { show = 'loss', axis = 'logarithmic', mark } = options;
  const series = show === 'loss' ? lossLines(points) : accuracyLines(points);
  const { steepest, minimum, valley } = suggestions;
  const named = { steepest, valley, 'minimum / 10': minimum, chosen: mark ?? null };
  const rates = Object.entries(named).filter(([, lr]) => lr !== null);
  // Names at different heights: suggestions often lie close together.
  const marks = rates.map(([name, lr], index) => {
    const formatter = `${name}  ${lr === null ? '' : axisRate(lr)}`;
    return { xAxis: lr, label: { formatter, color: light.ink, distance: 4 + 15 * index } };
  });
  const markLine = {
    symbol: 'none',
    silent: true,
    precision: 12,
    lineStyle: { color: light.faint },
    data: marks,
  };
  const option = {
    grid: { left: 60, right: 40, top: 96, bottom: 48 },
    xAxis: {
      type: axis === 'logarithmic' ? 'log' : 'value',
      min: 'dataMin',
      max: 'dataMax',
      name: 'learning rate',
      nameLocation: 'middle',
      nameGap: 28,
      nameTextStyle: { color: light.faint },
      axisLabel: {
        color: light.faint,
        formatter: axisRate,
      },
      splitLine: { show: false },
    },
    yAxis: {
      type: 'value',
      scale: true,
      ...(show === 'loss' && { max: highestShown(points) }),
      axisLabel: {
        color: light.faint,
        formatter: (value: number) => axisText(value, show === 'accuracy' ? 'percent' : undefined),
      },
      splitLine: { lineStyle: { color: light.rule } },
    },
    series: series.map((one, index) => (index === 0 ? { ...one, markLine } : one)),
  };
  const drawing = drawChart(option, { id: 'sweep', ...size });
  const title = show === 'loss' ? 'Loss by learning rate' : 'Accuracy by learning rate';
  const legend = series.map(({ name, itemStyle: { color: colour } }) => ({ name, colour }));
  return { ...drawing, content: drawing.content + chartHeading(title, legend, size.width) };
}

/** Twice the first loss at most: beyond that there is nothing to see but that it diverges. */
function highestShown(points: SweepCurve['points']) {
  const bound = Number((2 * (points[0]?.smoothed ?? Infinity)).toPrecision(2)); // stands at the axis
  return ({ max }: { readonly max: number }): number | null => (max > bound ? bound : null);
}

function lossLines(points: SweepCurve['points']) {
  const held = points.flatMap(({ lr, validationLoss }) =>
    validationLoss === undefined ? [] : [[lr, validationLoss]],
  );
  return [
    line(
      'smoothed',
      light.train,
      points.map(({ lr, smoothed }) => [lr, smoothed]),
    ),
    {
      ...line(
        'loss',
        light.faint,
        points.map(({ lr, loss }) => [lr, loss]),
      ),
      lineStyle: { width: 1, opacity: 0.5 },
    },
    ...(held.length > 0 ? [line('validation', light.validation, held)] : []),
  ];
}

function accuracyLines(points: SweepCurve['points']) {
  const held = points.flatMap(({ lr, validationAccuracy }) =>
    validationAccuracy === undefined ? [] : [[lr, validationAccuracy]],
  );
  const own = points.map(({ lr, accuracy }) => [lr, accuracy]);
  return [
    line('accuracy', light.train, own),
    ...(held.length > 0 ? [line('validation', light.validation, held)] : []),
  ];
}

function line(name: string, colour: string, data: readonly (readonly number[])[]) {
  const style = { showSymbol: false, itemStyle: { color: colour }, lineStyle: { width: 2 } };
  return { type: 'line', name, data, ...style };
}

function axisRate(lr: number): string {
  return lr < 1e-3 ? Number(lr.toPrecision(2)).toExponential() : String(Number(lr.toPrecision(2)));
}
