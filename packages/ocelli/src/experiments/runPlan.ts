import { existsSync } from 'node:fs';
import { basename, dirname, join, relative, resolve } from 'node:path';
import {
  cpuKernels,
  cudaIsAvailable,
  DataError,
  libtorchConfig,
  libtorchVersion,
} from '@ocelli/torch';
import { listCheckpoints } from '../train/checkpoints/checkpoint.ts';
import { writeJsonDurably } from '../train/runFolder/durableFile.ts';
import { changeOf, type DataFiles } from '../train/runData/dataFiles.ts';
import { describeEnvironment } from '../train/runFolder/environment.ts';
import { readJson } from '../train/runFolder/jsonFile.ts';
import { type Experiment, resolveExperiment } from '../train/experiment/experiment.ts';
import { cardsText, graphicsCards } from '../train/memory/graphicsCards.ts';
import type { PictureFacts, RunData } from '../train/runData/runData.ts';
import {
  createRunFolder,
  openRunFolder,
  type RunFolder,
  runFolderAt,
  splitOf,
  writeLabels,
} from '../train/runFolder/runFolder.ts';
import { readRunRecord, type RunRecord, writeRunRecord } from '../train/record/runRecord.ts';
import { atStage, type StageInput, withStage } from '../train/experiment/stages.ts';
import { version } from '../train/runFolder/version.ts';

/** What is to be done: its settings, and how its folder is had once the data is known to be good. */
export interface RunPlan {
  readonly experiment: Experiment;
  /** Whether it goes on from a checkpoint. */
  readonly resume: boolean;
  /** Name of that checkpoint. @default the newest */
  readonly checkpoint?: string;
  /** Whether it takes out what the run came to before. */
  readonly restart?: boolean;
  /** A stored split of a table that is to be used again. */
  readonly splitFile?: string;
  /** Whether a run on record has answered what was left to data and machine, see `settleExperiment`. */
  readonly isSettled?: boolean;
  readonly folderFor: (data: RunData, experiment: Experiment) => RunFolder;
}

/** Where a new run goes and what it is called. */
export interface NewRunOptions {
  readonly experiment: Experiment;
  /** Folder in which runs are kept. @default 'runs' */
  readonly runsDir?: string;
  /** Name of the run. @default data set and model */
  readonly name?: string;
  /** A stored split of a table that is to be used again. @default a new one */
  readonly splitFile?: string;
}

/** A run that begins, in the next free folder `runsDir/name/<n>`. */
export function newRun(options: NewRunOptions): RunPlan {
  const { experiment, splitFile, runsDir = 'runs' } = options;
  const folderFor = (data: RunData, complete: Experiment): RunFolder => {
    const folder = createRunFolder(runsDir, options.name ?? usualName(complete));
    writeRunRecord(folder, { experiment: complete, pictures: data.facts });
    writeLabels(folder, data.facts.labelNames);
    data.writeSplit?.(folder.split);
    writeJsonDurably(folder.dataFiles, data.files());
    const { threads, device } = complete;
    const gpu = cudaIsAvailable() ? cardsText(graphicsCards(), libtorchConfig()) : 'none';
    const versions = { ocelli: version(), libtorch: libtorchVersion() };
    const facts = { ...versions, threads: threads ?? 1, device, gpu, kernels: cpuKernels() };
    writeJsonDurably(folder.environment, describeEnvironment(facts));
    return folder;
  };
  return { experiment, resume: false, folderFor, ...(splitFile !== undefined && { splitFile }) };
}

/**
 * A run that goes on.
 *
 * @param path its folder, or that of its name, for its newest checkpoint; or one of its checkpoints, such as
 *   `runs/faces/1/checkpoints/step-490-epoch-5-accuracy-0.8123`.
 * @param more a stage that it gets when the others have ended, with what is different about it.
 * @throws {DataError} if there is none, or it has no such checkpoint; when its folder is asked for, if its
 *   pictures are others now.
 * @throws {OptionError} if the stage has settings that none can have.
 */
export function resumedRun(path: string, more?: StageInput): RunPlan {
  const named = namedCheckpoint(path);
  if (named === undefined) return { ...existingRun(path, more), resume: true };
  const { run, checkpoint } = named;
  return { ...existingRun(run, more), resume: true, checkpoint };
}

/** A run and the name of a checkpoint in it, if that is what a path leads to. */
function namedCheckpoint(path: string): { run: string; checkpoint: string } | undefined {
  const whole = resolve(path);
  const { path: run, checkpoints, experiment } = runFolderAt(join(whole, '../..'));
  if (dirname(whole) !== checkpoints || !existsSync(experiment)) return undefined;
  const names = listCheckpoints(checkpoints).map((one) => basename(one));
  const checkpoint = basename(whole);
  if (names.includes(checkpoint)) return { run, checkpoint };
  const known = names.length === 0 ? 'It has none.' : `It has ${names.join(', ')}.`;
  throw new DataError(`${path}: expected a checkpoint of the run, found none. ${known}`);
}

/**
 * A run that begins anew in its folder, with its settings and its pictures. Its record and its text log
 * are kept.
 *
 * @param path its folder, or that of its name.
 * @throws {DataError} as {@link resumedRun}.
 */
export function restartedRun(path: string): RunPlan {
  return { ...existingRun(path), resume: false, restart: true };
}

function existingRun(path: string, more?: StageInput): Omit<RunPlan, 'resume'> {
  const folder = openRunFolder(path);
  const { pictures, ...record } = readRunRecord(folder);
  const experiment = more === undefined ? record.experiment : extended(record, more);
  const folderFor = ({ facts, files }: RunData): RunFolder => {
    refuseOtherFiles(folder, files);
    refuseOtherPictures(folder, pictures, facts);
    return folder;
  };
  return { experiment, isSettled: true, folderFor, ...splitOf(folder) };
}

/** Runs of earlier versions did not write down their files. */
function refuseOtherFiles(folder: RunFolder, files: RunData['files']): void {
  if (!existsSync(folder.dataFiles)) return;
  const before = readJson<DataFiles>(folder.dataFiles);
  const change = changeOf(before, files());
  if (change === undefined) return;
  throw new DataError(
    `${shownPath(folder)}: expected the files the run began with, but ${change}. ` +
      'Put it back as it was, or start a new run.',
  );
}

function extended({ experiment, stage = 1 }: Omit<RunRecord, 'pictures'>, more: StageInput) {
  const resolve = (settings: object) => resolveExperiment(settings, { isRecord: true });
  return atStage(withStage(experiment, more, resolve), stage);
}

/** A run that goes on with other pictures would be neither the old run nor a new one. */
function refuseOtherPictures(folder: RunFolder, before: PictureFacts, now: PictureFacts): void {
  for (const key of ['labelNames', 'trainCount', 'validationCount', 'height', 'width'] as const) {
    const [expected, got] = [JSON.stringify(before[key]), JSON.stringify(now[key])];
    if (expected === got) continue;
    throw new DataError(
      `${shownPath(folder)}: expected the pictures the run began with (${key} ${expected}), got ${got}. ` +
        'Put them back, or start a new run.',
    );
  }
}

/** What a run is called that was given no name: data set and model. */
export function usualName(experiment: Experiment): string {
  return `${dataName(experiment)}-${experiment.model}`;
}

function dataName({ data, table, dataset }: Experiment): string {
  const path = data ?? table;
  if (path === null) return dataset ?? 'pictures';
  const stem = basename(path).replace(/\.(tar|tar\.gz|tgz|zip|csv)$/, '');
  return stem.replace(/[^\w.-]+/g, '-').replace(/^[^A-Za-z0-9]+/, '') || 'pictures';
}

/** The path of a run folder the way a person would type it from here. */
export function shownPath({ path }: RunFolder): string {
  const near = relative(process.cwd(), path);
  return near === '' || near.startsWith('..') ? path : near;
}
