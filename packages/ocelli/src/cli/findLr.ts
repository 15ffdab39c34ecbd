import { basename } from 'node:path';
import { checkDevice, getNumThreads, optionError, setNumThreads } from '@ocelli/torch';
import { settleExperiment } from '../experiments/settleExperiment.ts';
import { writeDrawing } from '../report/chartFiles.ts';
import { sweepChart } from '../report/charts/sweepChart.ts';
import { type Experiment, resolveExperiment } from '../train/experiment/experiment.ts';
import { saveCurve, type SweepCurve } from '../train/lrFinder/curve.ts';
import { sweepExperiment } from '../train/lrFinder/sweepExperiment.ts';
import { optionNameOf } from '../train/experiment/optionName.ts';
import { openRunData } from '../train/runData/runData.ts';
import { stageCount } from '../train/experiment/stages.ts';
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
  const data = await openRunData(asked);
  const { experiment, lines } = await settleExperiment(asked, data);
  const curve = await sweepExperiment(experiment, data, {
    ...sweep,
    onPoint: ({ lr, smoothed }, step) => showStep(step, { lr, smoothed, steps: sweep.steps }),
  });
  process.stderr.write('\n');
  await keep(curve, options.out);
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

/** The chart under the name given; beside it the one of the accuracy, and the points as JSON. */
async function keep(curve: SweepCurve, out: string): Promise<void> {
  await writeDrawing(where, out, sweepChart(curve));
  await writeDrawing(where, accuracyBeside(out), sweepChart(curve, { show: 'accuracy' }));
  saveCurve(jsonBeside(out), curve);
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
