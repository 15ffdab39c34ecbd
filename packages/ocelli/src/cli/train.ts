import { OptionError } from '@ocelli/torch';
import { isGroup } from '../experiments/experimentGroup.ts';
import {
  newRun,
  restartedRun,
  resumedRun,
  type RunPlan,
  shownPath,
} from '../experiments/runPlan.ts';
import { type WorkedRun, workOn } from '../experiments/workOn.ts';
import { type ProgressMode, progressModes } from '../report/consoleReporter.ts';
import { systemReason } from '../data/systemReason.ts';
import type { SaveFailure } from '../train/checkpoints/unsaved.ts';
import { resolveExperiment } from '../train/experiment/experiment.ts';
import { latestRun, type RunFolder } from '../train/runFolder/runFolder.ts';
import { optionNameOf } from '../train/experiment/optionName.ts';
import { choice } from './choice.ts';
import { exitCodeOf, exitCodes } from './exitCodes.ts';
import { type ExperimentFile, readExperimentFile } from './experimentFile.ts';
import { interruptOnce } from './interrupt.ts';
import { positiveInteger } from './positiveInteger.ts';
import { settingsAmong } from './settingOptions.ts';
import type { TrainOptions } from './trainOptions.ts';

const where = 'ocelli train';

/** Trains a new run, or goes on with one. @returns the exit code. */
export async function runTrain(file: string | undefined, options: TrainOptions): Promise<number> {
  const mode = choice(where, {
    name: '--progress',
    value: options.progress,
    among: progressModes,
  });
  if (options.resume === undefined && options.restart === undefined) {
    if (options.moreEpochs !== undefined) {
      throw new OptionError(`${where}: expected --resume with --more-epochs, got none.`);
    }
    const given = file === undefined ? undefined : await readExperimentFile(file);
    const repeat = positiveInteger(where, '--repeat', options.repeat);
    if (repeat !== undefined || isGroup(given?.content)) {
      const { trainGroup } = await import('./trainGroup.ts'); // draws charts: a second to load
      return trainGroup({ file, given, repeat, mode, options });
    }
    return trainOne(planNew(file, given, options), mode, options);
  }
  return trainOne(planExisting(file, options), mode, options);
}

async function trainOne(plan: RunPlan, mode: ProgressMode, options: TrainOptions): Promise<number> {
  const interrupt = interruptOnce();
  try {
    const { signal } = interrupt;
    const worked = await workOn(plan, { where, mode, report: options.report, signal });
    return concluded(worked, interrupt.exitCode, mode);
  } finally {
    interrupt.release();
  }
}

function planNew(
  file: string | undefined,
  given: ExperimentFile | undefined,
  options: TrainOptions,
): RunPlan {
  const experiment = resolveExperiment(
    { ...given?.content, ...settingsAmong(options) },
    file === undefined ? { where, nameOf: optionNameOf } : { where: file },
  );
  const { runsDir, runName = given?.name, target } = options;
  if (target !== undefined) {
    throw new OptionError(`${where}: expected no --target without --repeat or a group.`);
  }
  return newRun({
    experiment,
    ...(runsDir !== undefined && { runsDir }),
    ...(runName !== undefined && { name: runName }),
  });
}

function planExisting(file: string | undefined, options: TrainOptions): RunPlan {
  const { resume, restart, runName, runsDir, repeat, target, moreEpochs } = options;
  const how = resume === undefined ? '--restart' : '--resume';
  const settings = settingsAmong(options);
  const more = positiveInteger(where, '--more-epochs', moreEpochs);
  const isExtended = more !== undefined && restart === undefined;
  const given = isExtended ? [] : Object.keys(settings).map(optionNameOf);
  if (more !== undefined && restart !== undefined) given.push('--more-epochs');
  if (file !== undefined) given.push(file);
  if (resume !== undefined && restart !== undefined) given.push('--restart');
  if (runName !== undefined) given.push('--run-name');
  // It says where the last run is looked for, and nothing where one is named.
  if (runsDir !== undefined && resume !== true) given.push('--runs-dir');
  if (repeat !== undefined) given.push('--repeat');
  if (target !== undefined) given.push('--target');
  if (given.length > 0) {
    throw new OptionError(
      `${where}: expected no ${given.join(', ')} with ${how}, which keeps the run's own settings.`,
    );
  }
  if (resume === undefined) return restartedRun(restart ?? '');
  const path = resume === true ? workedOnLast(runsDir) : resume;
  if (more === undefined) return resumedRun(path);
  return resumedRun(path, { ...settings, epochs: more, from: 'last' });
}

function workedOnLast(runsDir = 'runs'): string {
  const latest = latestRun(runsDir);
  if (latest !== undefined) return latest.path;
  throw new OptionError(
    `${where}: expected --resume with a run, for none has begun in ${runsDir}.`,
  );
}

function concluded(
  { folder, result, hasReport }: WorkedRun,
  interrupted: () => number,
  mode: ProgressMode,
): number {
  if (result.saveFailures.length > 0) return unsaved(folder, result.saveFailures);
  if (result.reason === 'completed' || result.reason === 'stopped') {
    if (mode === 'silent') return exitCodes.done;
    process.stdout.write(`run folder: ${shownPath(folder)}\n`);
    if (hasReport) process.stdout.write(`report: ${shownPath(folder)}/report.html\n`);
    return exitCodes.done;
  }
  const { epoch, step } = result.progress;
  process.stderr.write(
    `Stopped in epoch ${epoch} after step ${step}; everything is saved.\n` +
      `Go on with: npx ocelli train --resume ${shownPath(folder)}\n` +
      `See where it stands: ${hasReport ? `${shownPath(folder)}/report.html` : `npx ocelli report ${shownPath(folder)}`}\n`,
  );
  return interrupted();
}

/** Says what is not saved and why. @returns the exit code of the first reason, a disk's where it has none. */
function unsaved(folder: RunFolder, failures: readonly SaveFailure[]): number {
  for (const { part, reason } of failures) {
    const why = systemReason(reason).replace(/\.$/, '');
    process.stderr.write(`error: ${part} of ${shownPath(folder)} could not be saved: ${why}.\n`);
  }
  const exitCode = exitCodeOf(failures[0]?.reason);
  if (exitCode === exitCodes.internal) return exitCodes.disk;
  if (exitCode === exitCodes.disk) {
    process.stderr.write(
      `Once the disk takes it, go on with: npx ocelli train --resume ${shownPath(folder)}\n`,
    );
  }
  return exitCode;
}
