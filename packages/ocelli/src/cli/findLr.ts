import { basename } from 'node:path';
import { checkDevice, getNumThreads, optionError, setNumThreads } from '@ocelli/torch';
import { metricsOf } from '../experiments/metricModule.ts';
import { refuseMisfits } from '../experiments/refuseMisfits.ts';
import { settleExperiment } from '../experiments/settleExperiment.ts';
import { drawingKinds, writeDrawing } from '../report/chartFiles.ts';
import { sweepChart, type SweepChartOptions } from '../report/charts/sweepChart.ts';
import { type Experiment, resolveExperiment } from '../train/experiment/experiment.ts';
import { clipped, saveCurve, type SweepCurve } from '../train/lrFinder/curve.ts';
import { sweepExperiment } from '../train/lrFinder/sweepExperiment.ts';
import { optionNameOf } from '../train/experiment/optionName.ts';
import { openRunData } from '../train/runData/runData.ts';
import { stageCount } from '../train/experiment/stages.ts';
import { checkOutput } from './checkOutput.ts';
import { choice } from './choice.ts';
import { exitCodes } from './exitCodes.ts';
import { readExperimentFile } from './experimentFile.ts';
import { positiveInteger } from './positiveInteger.ts';
import { settingsAmong } from './settingOptions.ts';

/** Options of `ocelli find-lr`; the settings of an experiment are among them. */
export interface FindLrOptions extends Readonly<Record<string, unknown>> {
  readonly from: string;
  readonly to: string;
  readonly steps: string;
  readonly spacing: string;
  readonly validationBatches?: string;
  /** A learning rate to point out in the charts. */
  readonly mark?: string;
  /** How many points at each end the charts leave out. */
  readonly clipFirst?: string;
  readonly clipLast?: string;
  readonly out: string;
}

const where = 'ocelli find-lr';

/**
 * Sweeps the learning rate of an experiment, writes the curve as a chart and as JSON, and prints what it
 * suggests.
 *
 * @returns the exit code.
 */
export async function runFindLr(file: string | undefined, options: FindLrOptions): Promise<number> {
  const settings = {
    ...(file !== undefined && (await readExperimentFile(file)).content),
    ...settingsAmong(options),
  };
  const names = file === undefined ? { where, nameOf: optionNameOf } : { where: file };
  const asked = { ...resolveExperiment(settings, names), findLr: null }; // which is what is done here
  checkDevice(where, asked.device);
  setNumThreads(asked.threads ?? getNumThreads());
  const sweep = sweepOf(options);
  const view = viewOf(options);
  refuseNothingLeft(view.ends, { count: sweep.steps, of: 'steps' });
  checkOutput(where, { name: '--out', file: options.out, kinds: drawingKinds });
  const metrics = await metricsOf(asked);
  const data = await openRunData(asked);
  refuseMisfits(asked, { data, metrics }, where);
  const { experiment, lines } = await settleExperiment(asked, data);
  const curve = await sweepExperiment(experiment, data, {
    ...sweep,
    onPoint: ({ lr, smoothed }, step) => showStep(step, { lr, smoothed, steps: sweep.steps }),
  });
  process.stderr.write('\n');
  await keep(curve, view, options.out);
  const said = [...stageLine(experiment), ...lines].map((line) => `${line}\n`);
  process.stdout.write(said.join('') + told(curve, options.out));
  return exitCodes.done;
}

/** Of several stages the first is tried: the others begin with weights that are not there yet. */
function stageLine(experiment: Experiment): string[] {
  const count = stageCount(experiment);
  return count === 1 ? [] : [`stage 1 of ${count}, which begins with new weights`];
}

function sweepOf(options: FindLrOptions) {
  const spacing = choice(where, {
    name: '--spacing',
    value: options.spacing,
    among: ['exponential', 'linear'] as const,
  });
  const steps = positiveInteger(where, '--steps', options.steps) ?? 1;
  const batches = positiveInteger(where, '--validation-batches', options.validationBatches);
  return {
    from: rate('--from', options.from),
    to: rate('--to', options.to),
    steps,
    spacing,
    ...(batches !== undefined && { validationBatches: batches }),
  };
}

/** What of a curve its charts show, and how. */
interface View {
  readonly ends: { readonly first: number; readonly last: number };
  readonly look: Pick<SweepChartOptions, 'axis' | 'mark'>;
}

function viewOf({ mark, clipFirst, clipLast, spacing }: FindLrOptions): View {
  const first = positiveInteger(where, '--clip-first', clipFirst) ?? 0;
  const last = positiveInteger(where, '--clip-last', clipLast) ?? 0;
  return {
    ends: { first, last },
    look: {
      axis: spacing === 'linear' ? 'linear' : 'logarithmic',
      ...(mark !== undefined && { mark: rate('--mark', mark) }),
    },
  };
}

/** @throws {OptionError} if the charts would leave out everything: the sweep may end early, too. */
function refuseNothingLeft(
  { first, last }: View['ends'],
  { count, of }: { readonly count: number; readonly of: string },
): void {
  if (first + last < count) return;
  const rule = `fewer than the ${count} ${of}`;
  throw optionError(where, '--clip-first and --clip-last', rule, [first, last]);
}

function rate(name: string, text: string): number {
  const value = Number(text);
  if (text.trim() !== '' && Number.isFinite(value) && value > 0) return value;
  throw optionError(where, name, 'a number above 0', text);
}

function showStep(
  step: number,
  { lr, smoothed, steps }: { lr: number; smoothed: number; steps: number },
) {
  const line = `${step}/${steps}  lr ${lr.toExponential(2)}  loss ${smoothed.toFixed(4)}`;
  if (process.stderr.isTTY) process.stderr.write(`\r${line.padEnd(50)}`);
}

/** The chart under the name given; beside it the one of the accuracy, and all points as JSON. */
async function keep(curve: SweepCurve, { ends, look }: View, out: string): Promise<void> {
  saveCurve(jsonBeside(out), curve); // first: it is whole whatever the charts leave out
  const of = `points until the loss diverged, which are all in ${jsonBeside(out)}`;
  refuseNothingLeft(ends, { count: curve.points.length, of });
  const shown = { ...curve, points: clipped(curve.points, ends) };
  await writeDrawing(where, out, sweepChart(shown, look));
  const accuracy = sweepChart(shown, { ...look, show: 'accuracy' });
  await writeDrawing(where, accuracyBeside(out), accuracy);
}

function accuracyBeside(out: string): string {
  return out.replace(/\.[^.]+$/, '-accuracy$&');
}

function jsonBeside(out: string): string {
  return out.replace(/\.[^.]+$/, '.json');
}

function told({ points, ended, suggestions }: SweepCurve, out: string): string {
  const shown = (lr: number | null): string => (lr === null ? 'none' : lr.toPrecision(3));
  const last = points.at(-1)?.lr ?? NaN;
  const end =
    ended === 'diverged'
      ? `the loss diverged above ${shown(last)}`
      : `nothing diverged up to ${shown(last)}`;
  const { steepest, minimum, valley } = suggestions;
  return (
    `${points.length} steps; ${end}\n` +
    `suggested: valley ${shown(valley)}, steepest ${shown(steepest)}, minimum/10 ${shown(minimum)}\n` +
    `written: ${[out, basename(accuracyBeside(out)), basename(jsonBeside(out))].join(', ')}\n`
  );
}
