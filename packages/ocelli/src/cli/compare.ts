import { optionError } from '@ocelli/torch';
import { type Comparison, compareRuns, type Repetition } from '../report/compareRuns.ts';
import { figure, grouped, percent, span } from '../report/numbers.ts';
import { textTable } from '../report/table.ts';
import { openRunFolder } from '../train/runFolder.ts';
import { optionNameOf } from '../train/optionName.ts';
import { exitCodes } from './exitCodes.ts';

export interface CompareCommandOptions {
  readonly target?: string;
  readonly json?: boolean;
}

/** Sets runs side by side. @returns the exit code. */
export function runCompare(names: readonly string[], options: CompareCommandOptions): number {
  const target = options.target === undefined ? undefined : accuracyOf(options.target);
  const runs = names.map((name) => ({ name, folder: openRunFolder(name) }));
  const comparison = compareRuns(runs, target);
  const text =
    options.json === true
      ? `${JSON.stringify(comparison)}\n`
      : textTable(...tableOf(comparison, target)) + repetitionLines(comparison, target);
  process.stdout.write(text);
  return exitCodes.done;
}

function accuracyOf(text: string): number {
  const value = Number(text);
  if (text.trim() !== '' && value > 0 && value <= 1) return value;
  throw optionError('ocelli compare', '--target', 'an accuracy above 0 and at most 1', text);
}

function tableOf(
  { runs, differing }: Comparison,
  target: number | undefined,
): Parameters<typeof textTable> {
  const right = (head: string) => ({ head, align: 'right' as const });
  const columns = [
    { head: 'run', align: 'left' as const },
    ...['val acc', 'val loss', 'best epoch', 'time', 'parameters'].map(right),
    ...(target === undefined ? [] : [right(`to ${percent(target)}%`)]),
    ...differing.map((name) => ({ head: optionNameOf(name), align: 'left' as const })),
  ];
  const rows = runs.map(({ name, best, epochs, seconds, parameters, experiment, ...run }) => [
    name,
    best === undefined ? '-' : `${percent(best.accuracy)}%`,
    best === undefined ? '-' : figure(best.loss),
    best === undefined ? `-/${epochs}` : `${best.epoch}/${epochs}`,
    span(seconds),
    grouped(parameters),
    ...(target === undefined ? [] : [timeTo(run.secondsToTarget)]),
    ...differing.map((setting) => String(experiment[setting] ?? '-')),
  ]);
  return [columns, rows];
}

function timeTo(seconds: number | undefined): string {
  return seconds === undefined ? 'never' : span(seconds);
}

function repetitionLines({ repetitions }: Comparison, target: number | undefined): string {
  return repetitions.map((repetition) => `\n${repetitionLine(repetition, target)}\n`).join('');
}

function repetitionLine(
  { names, mean, deviation, seconds, reached }: Repetition,
  target: number | undefined,
): string {
  const count = names.length;
  const spread = `val acc ${percent(mean)}% ± ${percent(deviation)} (n = ${count})`;
  const share = target === undefined ? '' : `, ${reached} of ${count} reached ${percent(target)}%`;
  return `${names.join(', ')} differ in the seed alone: ${spread}, ${span(seconds)} each${share}`;
}
