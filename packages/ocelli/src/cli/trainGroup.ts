import { existsSync } from 'node:fs';
import { type ExperimentGroup, isGroup, resolveGroup } from '../experiments/experimentGroup.ts';
import type { GroupRun } from '../experiments/groupList.ts';
import { runGroup } from '../experiments/runGroup.ts';
import { shownPath, usualName } from '../experiments/runPlan.ts';
import type { ProgressMode } from '../report/consoleReporter.ts';
import { resolveExperiment, type ResolveOptions } from '../train/experiment/experiment.ts';
import { optionNameOf } from '../train/experiment/optionName.ts';
import { settingsAmong } from './settingOptions.ts';
import { compareRuns } from '../report/compareRuns.ts';
import { readableRuns } from '../report/readableRuns.ts';
import { accuracyOf, comparisonText } from './compare.ts';
import { exitCodeOf, exitCodes } from './exitCodes.ts';
import type { ExperimentFile } from './experimentFile.ts';
import { failureOf } from './failure.ts';
import { type LateInterrupt, interruptOnce } from './interrupt.ts';
import type { TrainOptions } from './trainOptions.ts';

const where = 'ocelli train';

/** What `ocelli train` was given, where it means several runs. */
export interface GroupOrder {
  readonly file: string | undefined;
  readonly given: ExperimentFile | undefined;
  /** How often each experiment is run. */
  readonly repeat: number | undefined;
  readonly mode: ProgressMode;
  readonly options: TrainOptions;
}

/** Trains the experiments of a group, or one of them several times. @returns the exit code. */
export async function trainGroup(order: GroupOrder): Promise<number> {
  const { options, mode } = order;
  const { report, runsDir } = options;
  const target = options.target === undefined ? undefined : accuracyOf(where, options.target);
  const group = groupOf(order);
  const interrupt = interruptOnce();
  try {
    const runs = await runGroup(group, {
      where,
      mode,
      report,
      signal: interrupt.signal,
      onBegin: ({ name, experiment }, { index, count }) =>
        process.stderr.write(`\n[${index + 1}/${count}] ${name}, seed ${experiment.seed}\n`),
      onEnd: (run) => process.stderr.write(runLine(run)),
      ...(runsDir !== undefined && { runsDir }),
    });
    return concluded(runs, { group, target, interrupt });
  } finally {
    interrupt.release();
  }
}

/** A group from its file, or one experiment as a group of its own name. */
function groupOf({ file, given, repeat, options }: GroupOrder): ExperimentGroup {
  const overrides = settingsAmong(options);
  const content = given?.content ?? {};
  if (isGroup(content)) {
    const { runName } = options;
    const named = { ...content, ...(runName && { name: runName }), ...(repeat && { repeat }) };
    return resolveGroup(named, { where: file ?? where, overrides });
  }
  const name = options.runName ?? given?.name;
  const first = resolveExperiment({ ...content, ...overrides }, names(file));
  const one = { name: name ?? usualName(first), experiments: [{ ...content, name: 'repeat' }] };
  return resolveGroup({ ...one, repeat }, { where: file ?? where, overrides });
}

function names(file: string | undefined): ResolveOptions {
  return file === undefined ? { where, nameOf: optionNameOf } : { where: file };
}

/** How a run of a group fared, for people. */
export function runLine({ outcome, folder, error }: GroupRun): string {
  const at = folder ? ` ${shownPath(folder)}` : '';
  if (outcome === 'failed')
    return `failed:${at} ${failureOf(error).text.replace(/^error: /, '')}\n`;
  return outcome === 'earlier' ? `already complete:${at}\n` : `${outcome}:${at}\n`;
}

interface Circumstances {
  readonly group: ExperimentGroup;
  readonly target: number | undefined;
  readonly interrupt: LateInterrupt;
}

/** Says how all of them fared, and answers for the first that failed. */
function concluded(runs: readonly GroupRun[], { group, target, interrupt }: Circumstances): number {
  // Those that failed count too: k of n is of all.
  const begun = runs.flatMap(({ folder }) =>
    folder && existsSync(folder.events) ? [{ name: shownPath(folder), folder }] : [],
  );
  const { readable: shown, errors } = readableRuns(begun);
  for (const error of errors) process.stderr.write(`${failureOf(error).text}\n`);
  if (shown.length > 0)
    process.stdout.write(`\n${comparisonText(compareRuns(shown, target), target)}`);
  const failed = runs.filter(({ outcome }) => outcome === 'failed');
  if (failed.length > 0) {
    const names = failed.map(({ name, seed }) => `${name} (seed ${seed})`).join(', ');
    process.stderr.write(`${failed.length} of ${group.length} failed: ${names}\n`);
  }
  if (runs.at(-1)?.outcome === 'interrupted') {
    process.stderr.write(
      `Stopped in run ${runs.length} of ${group.length}; everything is saved. ` +
        'The same command goes on.\n',
    );
    return interrupt.exitCode();
  }
  const problems = [...failed.map(({ error }) => error), ...errors];
  return problems.length > 0 ? exitCodeOf(problems[0]) : exitCodes.done;
}
