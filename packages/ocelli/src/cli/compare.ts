import { optionError } from '@ocelli/torch';
import { drawingKinds, writeDrawing } from '../report/chartFiles.ts';
import {
  type Comparison,
  compareRuns,
  type Contrast,
  type Repetition,
} from '../report/compareRuns.ts';
import type { DifferingFact } from '../report/circumstances.ts';
import { figure, grouped, percent, span } from '../report/numbers.ts';
import { readableRuns } from '../report/readableRuns.ts';
import { textTable } from '../report/table.ts';
import { readEventLog } from '../train/record/eventLog.ts';
import { epochsOf } from '../train/record/history.ts';
import { openRunFolder } from '../train/runFolder/runFolder.ts';
import { optionNameOf } from '../train/experiment/optionName.ts';
import { checkOutput } from './checkOutput.ts';
import { exitCodeOf, exitCodes } from './exitCodes.ts';
import { failureOf } from './failure.ts';

export interface CompareCommandOptions {
  readonly target?: string;
  readonly out?: string;
  readonly json?: boolean;
}

const where = 'ocelli compare';

/**
 * Sets runs side by side; those whose records cannot be read are named instead.
 *
 * @returns the exit code.
 */
export async function runCompare(
  names: readonly string[],
  options: CompareCommandOptions,
): Promise<number> {
  const { out } = options;
  const target = options.target === undefined ? undefined : accuracyOf(where, options.target);
  if (out !== undefined) checkOutput(where, { name: '--out', file: out, kinds: drawingKinds });
  const named = names.map((name) => ({ name, folder: openRunFolder(name) }));
  const { readable: runs, errors } = readableRuns(named);
  for (const error of errors) process.stderr.write(`${failureOf(error).text}\n`);
  if (runs.length === 0) return exitCodeOf(errors[0]);
  const comparison = compareRuns(runs, target);
  const text =
    options.json === true ? `${JSON.stringify(comparison)}\n` : comparisonText(comparison, target);
  if (out !== undefined) {
    const { comparisonChart } = await import('../report/charts/comparisonChart.ts');
    const lines = runs.map(({ name, folder }) => ({
      name,
      epochs: epochsOf(readEventLog(folder.events)),
    }));
    await writeDrawing(where, out, comparisonChart(lines));
  }
  process.stdout.write(text);
  if (out !== undefined && options.json !== true) process.stdout.write(`written: ${out}\n`);
  return errors.length > 0 ? exitCodeOf(errors[0]) : exitCodes.done;
}

/** An accuracy that a user gave. @throws {OptionError} if it is none. */
export function accuracyOf(command: string, text: string): number {
  const value = Number(text);
  if (text.trim() !== '' && value > 0 && value <= 1) return value;
  throw optionError(command, '--target', 'an accuracy above 0 and at most 1', text);
}

/** Runs side by side as text, with what repetitions add up to. */
export function comparisonText(comparison: Comparison, target: number | undefined): string {
  const table = textTable(...tableOf(comparison, target));
  const { runs, repetitions, contrasts, circumstances } = comparison;
  const names = runs.map(({ name }) => name);
  const lines = [
    ...circumstances.map((one) => circumstanceLine(one, names)),
    ...repetitions.map((one) => repetitionLine(one, target)),
    ...contrasts.map((one) => contrastLine(one, repetitions)),
  ];
  return table + lines.map((line) => `\n${line}\n`).join('');
}

function tableOf(
  { runs, differing }: Comparison,
  target: number | undefined,
): Parameters<typeof textTable> {
  const right = (head: string) => ({ head, align: 'right' as const });
  const isBaselineKnown = runs.some(({ best }) => best?.baseline !== undefined);
  const baselineHead = isBaselineKnown ? ['baseline'] : [];
  const columns = [
    { head: 'run', align: 'left' as const },
    ...['val acc', ...baselineHead, 'val loss', 'best epoch', 'time', 'parameters'].map(right),
    ...(target === undefined ? [] : [right(`to ${percent(target)}%`)]),
    ...differing.map((name) => ({ head: optionNameOf(name), align: 'left' as const })),
  ];
  const rows = runs.map(({ name, best, epochs, seconds, parameters, experiment, ...run }) => [
    name,
    shareText(best?.accuracy),
    ...(isBaselineKnown ? [shareText(best?.baseline)] : []),
    typeof best?.loss === 'number' ? figure(best.loss) : '-',
    best === undefined ? `-/${epochs}` : `${best.epoch}/${epochs}`,
    span(seconds),
    grouped(parameters),
    ...(target === undefined ? [] : [timeTo(run.secondsToTarget)]),
    ...differing.map((setting) => settingText(experiment[setting])),
  ]);
  return [columns, rows];
}

function shareText(share: number | undefined): string {
  return share === undefined ? '-' : `${percent(share)}%`;
}

function settingText(value: unknown): string {
  if (value === null || value === undefined) return '-';
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

function timeTo(seconds: number | undefined): string {
  return seconds === undefined ? 'never' : span(seconds);
}

function repetitionLine(repetition: Repetition, target: number | undefined): string {
  const { names, seeds, mean, deviation, n, seconds, reached, secondsToTarget } = repetition;
  const count = names.length;
  const spread = `val acc ${percent(mean)}% ± ${percent(deviation)} (n = ${n})`;
  const time = secondsToTarget === undefined ? '' : ` after ${span(secondsToTarget)}`;
  const share =
    target === undefined ? '' : `, ${reached} of ${count} reached ${percent(target)}%${time}`;
  const others = new Set(seeds).size > 1 ? ' but for the seed' : '';
  return `${namesOf(names)} have the same settings${others}: ${spread}, ${span(seconds)} each${share}`;
}

/** `kernels: avx2 (runs/a/1, runs/a/2), none (runs/b/1)`. */
function circumstanceLine({ name, values }: DifferingFact, names: readonly string[]): string {
  const parts = [...new Set(values)].map((value) => {
    const runs = names.filter((_, index) => values[index] === value);
    return `${value ?? 'not on record'} (${namesOf(runs)})`;
  });
  return `${name}: ${parts.join(', ')}`;
}

/** Many names are shortened to the first and the last. */
function namesOf(names: readonly string[]): string {
  return names.length <= 3 ? names.join(', ') : `${names[0]} … ${names.at(-1)}`;
}

function contrastLine(
  { first, second, difference, degrees, p }: Contrast,
  repetitions: readonly Repetition[],
): string {
  const [one, other] = [repetitions[first], repetitions[second]];
  if (one === undefined || other === undefined) return '';
  const points = `${difference < 0 ? '−' : '+'}${percent(Math.abs(difference))} points`;
  const chance = p < 1e-3 ? p.toExponential(1) : p.toFixed(3);
  return (
    `${namesOf(one.names)} against ${namesOf(other.names)}: ${points}, p = ${chance} ` +
    `(Welch's t-test, ${degrees.toFixed(1)} degrees of freedom)`
  );
}
