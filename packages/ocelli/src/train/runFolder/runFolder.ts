import { existsSync, mkdirSync, readdirSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { DataError, OptionError } from '@ocelli/torch';
import type { LabelNames } from '../../data/labelNames.ts';
import { flushFolder, writeJsonDurably } from './durableFile.ts';
import { readJson } from './jsonFile.ts';

/** Names of everything in one run's folder; the folder is `runs/<name>/<n>`. */
export interface RunFolder {
  readonly path: string;
  /** The complete configuration the run really used. */
  readonly experiment: string;
  /** The record of what happened, one event a line. */
  readonly events: string;
  /** What was shown while it worked, as text; why it failed, if it did. */
  readonly log: string;
  readonly results: string;
  /** Learning rate and momentum of every step. */
  readonly rates: string;
  /** The curve of the learning rate finder; only runs that looked for one have it. */
  readonly sweep: string;
  /** `{ "classes": [...] }` in the order of the logits, or `{ "attributes": { name: [...] } }`. */
  readonly labels: string;
  /** Versions, threads, processor and commit: what a result depends on besides the experiment. */
  readonly environment: string;
  /** Which row of a table is in which part; only runs on tables have it. */
  readonly split: string;
  readonly weights: string;
  readonly checkpoints: string;
  /** What checkpoints there are, when they were written and how good they are. */
  readonly checkpointIndex: string;
  /** The files the run learns from, with the hash of each. */
  readonly dataFiles: string;
  /** What the kept weights say about every validation picture. */
  readonly predictions: string;
  /** What those predictions are worth, in figures. */
  readonly evaluation: string;
  /** Pictures for people: curves, confusion, batches. */
  readonly pictures: string;
  /** What TensorBoard reads; only of runs that asked for it. */
  readonly tensorboard: string;
  /** All of it on one page. */
  readonly report: string;
}

/** The names inside a run folder; touches no disk. */
export function runFolderAt(path: string): RunFolder {
  const inside = (name: string): string => join(path, name);
  return {
    path,
    experiment: inside('experiment.json'),
    events: inside('events.jsonl'),
    log: inside('log.txt'),
    results: inside('results.csv'),
    rates: inside('learning-rates.csv'),
    sweep: inside('find-lr.json'),
    labels: inside('labels.json'),
    environment: inside('environment.json'),
    split: inside('split.json'),
    weights: inside('weights'),
    checkpoints: inside('checkpoints'),
    checkpointIndex: inside('checkpoints.json'),
    dataFiles: inside('data-files.json'),
    predictions: inside('predictions.csv'),
    evaluation: inside('evaluation.json'),
    pictures: inside('pictures'),
    tensorboard: inside('tensorboard'),
    report: inside('report.html'),
  };
}

/**
 * Makes the next free folder `runsDir/name/<n>`, n counting from 1. Two processes that start at the
 * same moment get two numbers.
 *
 * @throws {OptionError} if the name is not one plain folder name.
 */
export function createRunFolder(runsDir: string, name: string): RunFolder {
  if (!/^[A-Za-z0-9][\w.-]*$/.test(name)) {
    const rule = 'letters, digits, dots, dashes and underscores';
    throw new OptionError(`run name: expected ${rule}, got ${JSON.stringify(name)}.`);
  }
  const parent = join(runsDir, name);
  mkdirSync(parent, { recursive: true });
  for (let number = lastNumberIn(parent) + 1; ; number++) {
    const folder = runFolderAt(join(parent, String(number)));
    if (!tryCreate(folder.path)) continue;
    mkdirSync(folder.weights);
    mkdirSync(folder.checkpoints);
    flushFolder(parent);
    return folder;
  }
}

function lastNumberIn(parent: string): number {
  const numbers = readdirSync(parent).filter((name) => /^[1-9]\d*$/.test(name));
  return Math.max(0, ...numbers.map(Number));
}

function tryCreate(path: string): boolean {
  try {
    mkdirSync(path);
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false;
    throw error;
  }
}

/**
 * The existing run a user means: the folder itself, or the name folder above, whose newest run is
 * taken.
 *
 * @throws {DataError} if there is no run.
 */
export function openRunFolder(path: string): RunFolder {
  const folder = findRunFolder(path);
  if (folder !== undefined) return folder;
  throw new DataError(
    `${path}: expected a run folder with an experiment.json, found none. ` +
      'Pass a folder such as runs/<name>/1.',
  );
}

/** As {@link openRunFolder}; nothing if there is no run. */
export function findRunFolder(path: string): RunFolder | undefined {
  const newest = existsSync(path) ? lastNumberIn(path) : 0;
  const found = [path, join(path, String(newest))].find((place) =>
    existsSync(join(place, 'experiment.json')),
  );
  return found === undefined ? undefined : runFolderAt(resolve(found));
}

/**
 * The run that was trained last, by the time of its newest weights; runs without any are passed over.
 *
 * @param runsDir folder in which runs and groups of runs are kept.
 */
export function newestRun(runsDir: string): RunFolder | undefined {
  return newestBy(runsDir, ({ weights }) => join(weights, 'manifest.json'));
}

/**
 * The run that was worked on last, whether it came to weights or not.
 *
 * @param runsDir folder in which runs and groups of runs are kept.
 */
export function latestRun(runsDir: string): RunFolder | undefined {
  return newestBy(runsDir, ({ events }) => events);
}

function newestBy(runsDir: string, fileOf: (folder: RunFolder) => string): RunFolder | undefined {
  const timed = runsIn(runsDir).flatMap((folder) => {
    const time = statSync(fileOf(folder), { throwIfNoEntry: false })?.mtimeMs;
    return time === undefined ? [] : [{ folder, time }];
  });
  return timed.toSorted((a, b) => b.time - a.time)[0]?.folder;
}

/** `runs/<name>/<n>` and, of groups, `runs/<group>/<experiment>/<n>`. */
function runsIn(runsDir: string, levels = 2): RunFolder[] {
  if (statSync(runsDir, { throwIfNoEntry: false })?.isDirectory() !== true) return [];
  return readdirSync(runsDir).flatMap((name) => {
    const folder = runFolderAt(resolve(runsDir, name));
    if (existsSync(folder.experiment)) return [folder];
    return levels > 0 ? runsIn(folder.path, levels - 1) : [];
  });
}

/** The stored split of a run on a table, as an option for opening its data; nothing for other runs. */
export function splitOf({ split }: RunFolder): { readonly splitFile?: string } {
  return existsSync(split) ? { splitFile: split } : {};
}

/** What the outputs of a run stand for: classes, or attributes, in order. @throws {DataError} if it is damaged. */
export function readLabels(folder: RunFolder): LabelNames {
  return readJson(folder.labels);
}

/** Stores what the outputs of a run stand for. */
export function writeLabels(folder: RunFolder, names: LabelNames): void {
  writeJsonDurably(folder.labels, names);
}
