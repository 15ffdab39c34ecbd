import { existsSync } from 'node:fs';
import { basename, relative } from 'node:path';
import {
  checkDevice,
  DataError,
  getNumThreads,
  libtorchVersion,
  OptionError,
  setNumThreads,
} from '@ocelli/torch';
import {
  consoleReporter,
  type Output,
  type ProgressMode,
  progressModes,
} from '../report/consoleReporter.ts';
import { dataReporter } from '../report/dataReporter.ts';
import { reportWriter } from '../report/reportWriter.ts';
import { checkFigures } from '../train/bestFigure.ts';
import { countedHeads } from '../train/countedHeads.ts';
import { writeJsonDurably } from '../train/durableFile.ts';
import { describeEnvironment } from '../train/environment.ts';
import { type Experiment, resolveExperiment } from '../train/experiment.ts';
import { declaredFigures, headOptions } from '../train/headOptions.ts';
import { optionNameOf } from '../train/optionName.ts';
import { openRunData, type PictureFacts, type RunData } from '../train/runData.ts';
import {
  createRunFolder,
  openRunFolder,
  type RunFolder,
  splitOf,
  writeLabels,
} from '../train/runFolder.ts';
import { readRunRecord, writeRunRecord } from '../train/runRecord.ts';
import { runSession, type SessionResult } from '../train/session.ts';
import { choice } from './choice.ts';
import { exitCodeOf, exitCodes } from './exitCodes.ts';
import { readExperimentFile } from './experimentFile.ts';
import { checkInput } from './inputCheck.ts';
import { type Interrupt, listenForInterrupt } from './interrupt.ts';
import { warnOfLeftOut } from './leftOut.ts';
import { runBanner } from './runBanner.ts';
import { settingsAmong } from './settingOptions.ts';
import { version } from './version.ts';

/** Options of `ocelli train`; the settings of an experiment are among them. */
export interface TrainOptions extends Readonly<Record<string, unknown>> {
  readonly resume?: string;
  readonly runName?: string;
  readonly runsDir?: string;
  readonly progress: string;
  /** Off with `--no-report`. */
  readonly report: boolean;
}

const where = 'ocelli train';

/** Trains a new run, or goes on with one. @returns the exit code. */
export async function runTrain(file: string | undefined, options: TrainOptions): Promise<number> {
  const progress = { name: '--progress', value: options.progress, among: progressModes };
  const mode = choice(where, progress);
  const plan = options.resume === undefined ? planNew(file, options) : planResume(file, options);
  checkDevice(where, plan.experiment.device);
  setNumThreads(plan.experiment.threads ?? getNumThreads());
  const data = await openData(plan, mode);
  const { validationShare } = data;
  const experiment = { ...plan.experiment, validationShare, threads: getNumThreads() };
  refuseOtherHeads(experiment, data);
  const input = checkInput(data, experiment.seed);
  if (input?.warning !== undefined) warn(input.warning);
  const folder = plan.folderFor(data, experiment);
  const interrupt = listenForInterrupt(sayStopping);
  const out = mode === 'silent' ? nowhere : process.stdout;
  const banner = [...runBanner(shown(folder), experiment, data), ...(input ? [input.line] : [])];
  try {
    const result = await runSession({
      folder,
      experiment,
      data,
      resume: options.resume !== undefined,
      consumers: [
        consoleReporter({ mode, banner }),
        ...(options.report ? [reportWriter({ folder, experiment, data, out })] : []),
      ],
      signal: interrupt.signal,
      warn,
    });
    const hasReport = options.report && existsSync(folder.report);
    return concluded(result, { folder, interrupt, mode, hasReport });
  } finally {
    interrupt.release();
  }
}

/** What is to be done: its settings, and how its folder is had once the data is known to be good. */
interface Plan {
  readonly experiment: Experiment;
  /** The split of a run on a table that goes on. */
  readonly splitFile?: string;
  readonly folderFor: (data: RunData, experiment: Experiment) => RunFolder;
}

function planNew(file: string | undefined, options: TrainOptions): Plan {
  const fromFile = file === undefined ? {} : readExperimentFile(file);
  const experiment = resolveExperiment(
    { ...fromFile, ...settingsAmong(options) },
    file === undefined ? { where, nameOf: optionNameOf } : { where: file },
  );
  const folderFor = (data: RunData, complete: Experiment): RunFolder => {
    const name = options.runName ?? `${dataName(complete)}-${complete.model}`;
    const folder = createRunFolder(options.runsDir ?? 'runs', name);
    writeRunRecord(folder, { experiment: complete, pictures: data.facts });
    writeLabels(folder, data.facts.labelNames);
    data.writeSplit?.(folder.split);
    const { threads, device } = complete;
    const facts = { ocelli: version(), libtorch: libtorchVersion(), threads: threads ?? 1, device };
    writeJsonDurably(folder.environment, describeEnvironment(facts));
    return folder;
  };
  return { experiment, folderFor };
}

function planResume(file: string | undefined, options: TrainOptions): Plan {
  const { resume = '', runName, runsDir } = options;
  const given = [...Object.keys(settingsAmong(options)).map(optionNameOf)];
  if (file !== undefined) given.push(file);
  if (runName !== undefined) given.push('--run-name');
  if (runsDir !== undefined) given.push('--runs-dir');
  if (given.length > 0) {
    throw new OptionError(
      `${where}: expected no ${given.join(', ')} with --resume, which keeps the run's own settings.`,
    );
  }
  const folder = openRunFolder(resume);
  const { experiment, pictures } = readRunRecord(folder);
  const folderFor = ({ facts }: RunData): RunFolder => {
    refuseOtherPictures(folder, pictures, facts);
    return folder;
  };
  return { experiment, folderFor, ...splitOf(folder) };
}

/** A run that goes on with other pictures would be neither the old run nor a new one. */
function refuseOtherPictures(folder: RunFolder, before: PictureFacts, now: PictureFacts): void {
  for (const key of ['labelNames', 'trainCount', 'validationCount', 'height', 'width'] as const) {
    const [expected, got] = [JSON.stringify(before[key]), JSON.stringify(now[key])];
    if (expected === got) continue;
    throw new DataError(
      `${shown(folder)}: expected the pictures the run began with (${key} ${expected}), got ${got}. ` +
        'Put them back, or start a new run.',
    );
  }
}

/**
 * Refuses settings about attributes that the data does not have, before there is a run folder.
 *
 * @throws {OptionError} with the nearest name.
 */
function refuseOtherHeads(experiment: Experiment, { train, facts }: RunData): void {
  const options = headOptions(experiment, countedHeads(train), where);
  checkFigures(where, declaredFigures(experiment, options), facts.labelNames);
}

async function openData({ experiment, splitFile }: Plan, mode: ProgressMode): Promise<RunData> {
  const reporter = dataReporter(mode === 'silent' ? nowhere : process.stderr);
  try {
    const listeners = { ...reporter.listeners, ...(splitFile !== undefined && { splitFile }) };
    const data = await openRunData(experiment, listeners);
    reporter.end();
    warnOfLeftOut(data.skipped, data.foundCount);
    for (const sentence of data.warnings) warn(sentence);
    return data;
  } finally {
    reporter.end();
  }
}

const nowhere: Output = { write: () => {} };

function dataName({ data, table, dataset }: Experiment): string {
  const path = data ?? table;
  if (path === null) return dataset ?? 'pictures';
  const stem = basename(path).replace(/\.(tar|tar\.gz|tgz|csv)$/, '');
  return stem.replace(/[^\w.-]+/g, '-').replace(/^[^A-Za-z0-9]+/, '') || 'pictures';
}

interface Conclusion {
  readonly folder: RunFolder;
  readonly interrupt: Interrupt;
  readonly mode: ProgressMode;
  readonly hasReport: boolean;
}

function concluded(result: SessionResult, conclusion: Conclusion): number {
  const { folder, interrupt, mode, hasReport } = conclusion;
  if (result.saveFailure !== undefined) {
    process.stderr.write(`error: the last state of ${shown(folder)} could not be saved.\n`);
    return exitCodeOf(result.saveFailure) === exitCodes.internal
      ? exitCodes.disk
      : exitCodeOf(result.saveFailure);
  }
  if (result.reason === 'completed' || result.reason === 'stopped') {
    if (mode === 'silent') return exitCodes.done;
    process.stdout.write(`run folder: ${shown(folder)}\n`);
    if (hasReport) process.stdout.write(`report: ${shown(folder)}/report.html\n`);
    return exitCodes.done;
  }
  const { epoch, step } = result.progress;
  process.stderr.write(
    `Stopped in epoch ${epoch} after step ${step}; everything is saved.\n` +
      `Go on with: npx ocelli train --resume ${shown(folder)}\n`,
  );
  return interrupt.exitCode() ?? exitCodes.interrupted;
}

function warn(message: string): void {
  process.stderr.write(`warning: ${message}\n`);
}

function sayStopping(): void {
  process.stderr.write('\nFinishing the step in work, then saving. Again to stop at once.\n');
}

/** A path the way a person would type it from here. */
function shown({ path }: RunFolder): string {
  const near = relative(process.cwd(), path);
  return near === '' || near.startsWith('..') ? path : near;
}
