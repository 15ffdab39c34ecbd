import type { EpochEnded } from '../../train/record/events.ts';
import type { Scores } from '../../metrics/scores.ts';
import { panels } from '../pictures/panels.ts';
import { type Drawing, drawChart } from './chart.ts';
import { axisText, escapeText, isWide } from './lineChart.ts';
import { light } from './palette.ts';

/** A run as a line among others. */
export interface ComparedRun {
  readonly name: string;
  readonly epochs: readonly EpochEnded[];
}

/**
 * Colours told apart by every kind of colour vision, without the yellow that white paper swallows.
 *
 * @see Okabe & Ito 2008, Color Universal Design, https://jfly.uni-koeln.de/color/
 */
const colours = ['#0072b2', '#d55e00', '#009e73', '#cc79a7', '#56b4e9', '#e69f00', '#333a40'];
const dashes = ['solid', 'dashed', 'dotted'] as const;

const size = { width: 440, height: 270 } as const;
const legendLine = 20;

const figures = [
  { title: 'Validation accuracy', part: 'validation', key: 'accuracy' },
  { title: 'Validation loss', part: 'validation', key: 'loss' },
  { title: 'Training accuracy', part: 'train', key: 'accuracy' },
  { title: 'Training loss', part: 'train', key: 'loss' },
] as const;

/** Loss and accuracy of several runs over their epochs: a panel a figure, a line a run. */
export function comparisonChart(runs: readonly ComparedRun[]): Drawing {
  const drawn = panels(
    figures.map((figure, index) => panel(figure, runs, `p${index}`)),
    2,
  );
  const legend = runs.map(({ name }, index) => {
    const y = drawn.height + 14 + index * legendLine;
    const dash = { solid: '', dashed: '7 4', dotted: '2 3' }[styleOf(index).dash];
    return (
      `<path d="M24 ${y}h26" stroke="${styleOf(index).colour}" stroke-width="2" ` +
      `stroke-dasharray="${dash}" fill="none"/>` +
      `<text x="58" y="${y + 4}" font-size="12" fill="${light.ink}">${escapeText(name)}</text>\n`
    );
  });
  const height = drawn.height + runs.length * legendLine + 14;
  return { width: drawn.width, height, content: drawn.content + legend.join('') };
}

/** Seven colours, then the same ones in another dash. */
function styleOf(index: number): { colour: string; dash: (typeof dashes)[number] } {
  const colour = colours[index % colours.length] ?? light.ink;
  const round = Math.floor(index / colours.length);
  return { colour, dash: dashes[round % dashes.length] ?? 'solid' };
}

function panel(
  { title, part, key }: (typeof figures)[number],
  runs: readonly ComparedRun[],
  id: string,
): Drawing {
  const isShare = key === 'accuracy';
  const label = { color: light.faint, fontSize: 11, hideOverlap: true };
  const lines = runs.map(({ epochs }) => pointsOf(epochs, part, key));
  const last = Math.max(1, ...runs.map(({ epochs }) => epochs.at(-1)?.epoch ?? 0));
  const option = {
    grid: { left: 62, right: 18, top: 40, bottom: 38 },
    xAxis: {
      type: 'value',
      min: last > 1 ? 1 : 0,
      max: last,
      name: 'epoch',
      nameLocation: 'middle',
      nameGap: 22,
      nameTextStyle: { color: light.faint, fontSize: 11 },
      axisLabel: label,
      axisLine: { lineStyle: { color: light.faint } },
      splitLine: { show: false },
      minInterval: 1,
    },
    yAxis: {
      type: !isShare && isWide(lines) ? 'log' : 'value',
      scale: true,
      axisLabel: {
        ...label,
        formatter: (value: number) => axisText(value, isShare ? 'percent' : undefined),
      },
      splitNumber: 4,
      splitLine: { lineStyle: { color: light.rule } },
    },
    series: lines.map(line),
  };
  const drawing = drawChart(option, { id, ...size });
  const heading = `<text x="2" y="20" font-size="13" font-weight="600" fill="${light.ink}">${title}</text>\n`;
  return { ...drawing, content: drawing.content + heading };
}

type Point = readonly [number, number];

function line(points: readonly Point[], index: number) {
  const { colour, dash } = styleOf(index);
  return {
    type: 'line',
    data: points,
    color: colour,
    symbol: 'circle',
    symbolSize: 5,
    showSymbol: points.length <= 12,
    lineStyle: { width: 2, type: dash },
    silent: true,
  };
}

function pointsOf(
  epochs: readonly EpochEnded[],
  part: 'train' | 'validation',
  key: keyof Pick<Scores, 'accuracy' | 'loss'>,
): Point[] {
  return epochs.flatMap((epoch) => {
    const value = epoch[part]?.[key];
    // A loss that grew without bound is no point of a chart.
    return typeof value === 'number' && Number.isFinite(value) ? [[epoch.epoch, value]] : [];
  });
}
