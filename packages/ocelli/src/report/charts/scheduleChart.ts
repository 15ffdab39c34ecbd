import type { MadeSchedule, RunLength } from '../../train/schedules/createSchedule.ts';
import { type Drawing, drawChart } from './chart.ts';
import { light } from './palette.ts';

/** Points of a curve at most; more would not be seen. */
const resolution = 600;

/** Draws the learning rate of every step, and the momentum where a schedule moves it. */
export function scheduleChart(name: string, schedule: MadeSchedule, run: RunLength): Drawing {
  const steps = run.epochs * run.stepsPerEpoch;
  const every = Math.max(1, Math.ceil(steps / resolution));
  const at = Array.from(
    { length: Math.floor((steps - 1) / every) + 1 },
    (_, index) => index * every,
  );
  const points = (value: (step: number) => number) =>
    at.map((step) => [step / run.stepsPerEpoch, value(step)]);
  const { lrAt, momentumAt } = schedule;
  const axis = (title: string, colour: string, align: 'left' | 'right') => ({
    type: 'value',
    scale: true,
    name: title,
    nameTextStyle: { color: colour, align },
    axisLabel: {
      color: light.faint,
      formatter: (value: number) => String(Number(value.toPrecision(4))),
    },
    splitLine: { lineStyle: { color: light.rule } },
  });
  const line = { type: 'line', showSymbol: false, lineStyle: { width: 2 } };
  const option = {
    grid: { left: 70, right: momentumAt ? 60 : 24, top: 48, bottom: 44 },
    xAxis: {
      type: 'value',
      min: 0,
      max: run.epochs,
      name: 'epoch',
      nameLocation: 'middle',
      nameGap: 26,
      nameTextStyle: { color: light.faint },
      axisLabel: { color: light.faint },
      splitLine: { show: false },
    },
    yAxis: [
      { ...axis(`learning rate: ${name}`, light.train, 'left'), min: 0 },
      ...(momentumAt
        ? [{ ...axis('momentum', light.validation, 'right'), splitLine: { show: false } }]
        : []),
    ],
    series: [
      { ...line, data: points(lrAt), itemStyle: { color: light.train } },
      ...(momentumAt
        ? [
            {
              ...line,
              yAxisIndex: 1,
              data: points(momentumAt),
              itemStyle: { color: light.validation },
            },
          ]
        : []),
    ],
  };
  return drawChart(option, { id: 'schedule', width: 640, height: 360 });
}
