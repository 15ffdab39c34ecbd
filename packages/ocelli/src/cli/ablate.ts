import { existsSync } from 'node:fs';
import {
  type MeasuredEffect,
  ablationExperiments,
  measuredEffects,
} from '../experiments/ablation.ts';
import { resolveGroup } from '../experiments/experimentGroup.ts';
import { runGroup } from '../experiments/runGroup.ts';
import { usualName } from '../experiments/runPlan.ts';
import { compareRuns } from '../report/compareRuns.ts';
import { progressModes } from '../report/consoleReporter.ts';
import { percent } from '../report/numbers.ts';
import { readableRuns } from '../report/readableRuns.ts';
import { textTable } from '../report/table.ts';
import { type Experiment, resolveExperiment } from '../train/experiment/experiment.ts';
import { optionNameOf } from '../train/experiment/optionName.ts';
import { choice } from './choice.ts';
import { exitCodeOf, exitCodes } from './exitCodes.ts';
import { readExperimentFile } from './experimentFile.ts';
import { failureOf } from './failure.ts';
import { interruptOnce } from './interrupt.ts';
import { positiveInteger } from './positiveInteger.ts';
import { settingsAmong } from './settingOptions.ts';
import { runLine } from './trainGroup.ts';

/** Options of `ocelli ablate`; the settings of an experiment are among them. */
export interface AblateOptions extends Readonly<Record<string, unknown>> {
  readonly mode: string;
  readonly repeat: string;
  readonly runName?: string;
  readonly runsDir?: string;
  readonly progress: string;
  readonly json?: boolean;
}

const where = 'ocelli ablate';

/** Trains with and without each transform and says what each is worth. @returns the exit code. */
export async function runAblate(file: string | undefined, options: AblateOptions): Promise<number> {
  const mode = choice(where, {
    name: '--mode',
    value: options.mode,
    among: ['remove', 'add'] as const,
  });
  const progress = choice(where, {
    name: '--progress',
    value: options.progress,
    among: progressModes,
  });
  const repeat = positiveInteger(where, '--repeat', options.repeat) ?? 1;
  const given = file === undefined ? undefined : await readExperimentFile(file);
  const experiment = resolveExperiment(
    { ...given?.content, ...settingsAmong(options) },
    file === undefined ? { where, nameOf: optionNameOf } : { where: file },
  );
  const group = resolveGroup(
    {
      name: options.runName ?? `${given?.name ?? usualName(experiment)}-${mode}`,
      shared: withoutTransforms(experiment),
      experiments: ablationExperiments(experiment, mode),
      repeat,
    },
    { where },
  );
  const interrupt = interruptOnce();
  try {
    const runs = await runGroup(group, {
      where,
      mode: progress,
      report: false,
      signal: interrupt.signal,
      onBegin: ({ name }, { index, count }) =>
        process.stderr.write(`\n[${index + 1}/${count}] ${name}\n`),
      onEnd: (run) => process.stderr.write(runLine(run)),
      ...(options.runsDir !== undefined && { runsDir: options.runsDir }),
    });
    if (runs.at(-1)?.outcome === 'interrupted') return interrupt.exitCode();
    const finished = runs.flatMap(({ folder, outcome, name }) =>
      folder && outcome !== 'failed' && existsSync(folder.events) ? [{ name, folder }] : [],
    );
    const { readable, errors } = readableRuns(finished);
    for (const error of errors) process.stderr.write(`${failureOf(error).text}\n`);
    const accuracies = compareRuns(readable).runs.flatMap(({ name, best }) =>
      best ? [{ experiment: name, accuracy: best.accuracy }] : [],
    );
    const effects = measuredEffects(accuracies);
    process.stdout.write(options.json === true ? `${JSON.stringify(effects)}\n` : told(effects));
    const failed = runs.filter(({ outcome }) => outcome === 'failed');
    const problems = [...failed.map(({ error }) => error), ...errors];
    return problems.length > 0 ? exitCodeOf(problems[0]) : exitCodes.done;
  } finally {
    interrupt.release();
  }
}

/** The settings that all runs share; which transforms they have is what is tried. */
function withoutTransforms(experiment: Experiment): object {
  const {
    augmentation: _,
    pad: __,
    padMode: ___,
    flip: ____,
    cutout: _____,
    ...shared
  } = experiment;
  return shared;
}

function told(effects: readonly MeasuredEffect[]): string {
  const right = (head: string) => ({ head, align: 'right' as const });
  const columns = [
    { head: 'transform', align: 'left' as const },
    ...['with', 'without', 'effect', 'runs', 'p'].map(right),
  ];
  const rows = effects.map(({ transform, with: on, without, effect, p }) => [
    transform,
    `${percent(on.mean)}%`,
    `${percent(without.mean)}%`,
    `${effect < 0 ? '−' : '+'}${percent(Math.abs(effect))}`,
    `${on.n} + ${without.n}`,
    p === undefined ? '-' : p.toPrecision(2),
  ]);
  return `\nBest validation accuracy with and without each transform, in points:\n${textTable(columns, rows)}`;
}
