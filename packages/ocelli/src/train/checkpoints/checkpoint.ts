import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import {
  CheckpointError,
  type AnyModule,
  type OptimizerState,
  readSafetensors,
  type StateDict,
  tensor,
  type Tensor,
  writeSafetensors,
} from '@ocelli/torch';
import type { AveragedWeights } from '../loop/averagedWeights.ts';
import { flushFolder, temporaryNameFor, writeAndFlush } from '../runFolder/durableFile.ts';
import { sha256Of } from '../runFolder/sha256Of.ts';
import type { Progress } from '../record/events.ts';
import type { Loss } from '../loss/loss.ts';
import type { PlateauState } from '../schedules/reduceOnPlateau.ts';
import type { StageStart } from '../schedules/stageStart.ts';

/** What a run needs to go on: both change, and both are restored. */
export interface TrainingState {
  readonly model: AnyModule;
  readonly optimizer: SavableOptimizer;
  /** Its learned part is saved too, where it has one. */
  readonly loss?: Pick<Loss, 'learned'>;
  /** How far a learning rate was reduced, and how long it has been waiting. */
  readonly plateau?: { readonly state: PlateauState; load(state: PlateauState): void };
  /** The average of the weights, where one is kept. */
  readonly averages?: SavableAverages;
  /** The stage in work, where a run has several. */
  readonly stage?: StageStart;
}

/** What a checkpoint needs of averaged weights. */
export type SavableAverages = Pick<AveragedWeights, 'state' | 'load' | 'whileHidden'>;

/** Where a run stands when it is saved. */
export interface SavePoint extends Progress {
  /** What decides which epoch is best, of the epoch that has just ended. */
  readonly figure?: { readonly name: string; readonly value: number };
}

/** What is known of a checkpoint without loading it. */
export interface SavedFacts {
  /** When it was written. */
  readonly time: string;
  /** The last epoch with a step in it. */
  readonly epoch: number;
  readonly figure?: SavePoint['figure'];
}

/** The content of `state.json`. */
interface StoredState {
  readonly progress: Progress;
  readonly optimizer: Omit<OptimizerState, 'tensors'>;
  readonly loss?: Record<string, number>;
  readonly plateau?: PlateauState;
  /** Steps that the average has seen. */
  readonly averagedSteps?: number;
  readonly saved: SavedFacts;
  readonly stage?: StageStart;
}

/** The part of an optimizer that a checkpoint needs. */
export interface SavableOptimizer {
  stateDict(): OptimizerState;
  loadStateDict(state: OptimizerState): void;
}

interface FileFacts {
  readonly bytes: number;
  readonly sha256: string;
}

interface Manifest {
  readonly format: 1;
  readonly files: Readonly<Partial<Record<string, FileFacts>>>;
}

const weightsFile = 'weights.safetensors';
const optimizerFile = 'optimizer.safetensors';
const averagesFile = 'averages.safetensors';
/** The part of a checkpoint that is JSON. */
export const stateFile = 'state.json';
/** There is no checkpoint without these. */
const savedFiles = [weightsFile, optimizerFile, stateFile] as const;
const manifestFile = 'manifest.json';

/**
 * Saves a checkpoint: weights, optimizer state, progress, and a manifest with the SHA-256 of each. It is
 * `folder/step-<n>-epoch-<n>`, with the figure of the epoch if it has just ended, with `-stage-<n>` if a stage
 * begins there; the end of the stage before stays beside that. The folder appears by rename when everything
 * in it has reached the disk, so there is no moment at which a half-written checkpoint can be seen.
 *
 * @returns the path of the checkpoint.
 */
export function saveCheckpoint(folder: string, state: TrainingState, point: SavePoint): string {
  const { averages } = state;
  const save = (): string => saveTrained(folder, state, point);
  return averages === undefined ? save() : averages.whileHidden(save);
}

function saveTrained(folder: string, state: TrainingState, point: SavePoint): string {
  const { figure, ...progress } = point;
  const path = join(folder, checkpointName(point, state.stage));
  const temporary = temporaryNameFor(path);
  mkdirSync(temporary, { recursive: true });
  try {
    const { tensors, ...optimizer } = state.optimizer.stateDict();
    writeSafetensors(join(temporary, weightsFile), state.model.stateDict());
    writeSafetensors(join(temporary, optimizerFile), tensors);
    const loss = numbersOf(state.loss);
    const plateau = state.plateau?.state;
    const averages = state.averages?.state();
    if (averages) writeSafetensors(join(temporary, averagesFile), averages.tensors);
    const time = new Date().toISOString();
    const stored: StoredState = {
      saved: { time, epoch: lastEpoch(progress), ...(figure && { figure }) },
      progress,
      optimizer,
      ...(loss && { loss }),
      ...(plateau && { plateau }),
      ...(averages && { averagedSteps: averages.steps }),
      ...(state.stage && { stage: state.stage }),
    };
    writeAndFlush(join(temporary, stateFile), JSON.stringify(stored));
    writeAndFlush(join(temporary, manifestFile), JSON.stringify(manifestOf(temporary)));
    flushFolder(temporary);
    putInPlace(temporary, path);
    return path;
  } catch (error) {
    rmSync(temporary, { recursive: true, force: true });
    throw error;
  }
}

/**
 * Makes a checkpoint visible, and removes those of the same step that it takes the place of: they are of an
 * attempt that was lost. The last one of the stage before is not, it stays beside the beginning of the next.
 */
function putInPlace(temporary: string, path: string): void {
  const folder = dirname(path);
  if (existsSync(path)) {
    // Aside, under a name that counts as well: there is no moment without a checkpoint.
    const before = `${path}-before`;
    if (existsSync(before)) removeCheckpoint(before);
    renameSync(path, before);
  }
  renameSync(temporary, path);
  for (const other of listCheckpoints(folder)) {
    const isReplaced = stepOf(other) === stepOf(path) && newestFirst(other, path) <= 0;
    if (isReplaced && other !== path) removeCheckpoint(other);
  }
  flushFolder(folder);
}

/** Removes a checkpoint. It is out of sight first: there is no moment at which a part of it can be seen. */
export function removeCheckpoint(path: string): void {
  const aside = temporaryNameFor(path);
  renameSync(path, aside);
  rmSync(aside, { recursive: true });
}

/** `step-490-epoch-5-accuracy-0.8123`; `step-490-epoch-5-stage-2` where a stage begins. */
function checkpointName(point: SavePoint, stage: StageStart | undefined): string {
  const { step, figure } = point;
  const place = `step-${step}-epoch-${lastEpoch(point)}`;
  if (stage !== undefined && stage.number > 1 && stage.step === step)
    return `${place}-stage-${stage.number}`;
  if (figure === undefined) return place;
  return `${place}-${figure.name.replaceAll(/[^\w.]+/g, '_')}-${figure.value.toFixed(4)}`;
}

/** The last epoch with a step in it. */
export function lastEpoch({ epoch, stepInEpoch }: Progress): number {
  return stepInEpoch === 0 ? epoch - 1 : epoch;
}

/** What a loss has learned: a few numbers, which JSON keeps exactly. */
function numbersOf(loss: TrainingState['loss']): Record<string, number> | undefined {
  if (loss?.learned === undefined) return undefined;
  const entries = [...loss.learned.stateDict()].map(([key, value]) => [key, value.item()] as const);
  return Object.fromEntries(entries);
}

function manifestOf(path: string): Manifest {
  const names = [...savedFiles, averagesFile].filter((name) => existsSync(join(path, name)));
  const entries = names.map((name) => [name, factsOf(join(path, name))] as const);
  return { format: 1, files: Object.fromEntries(entries) };
}

function factsOf(file: string): FileFacts {
  return { bytes: statSync(file).size, sha256: sha256Of(file) };
}

/** Paths of the visible checkpoints, the newest first. */
export function listCheckpoints(folder: string): string[] {
  if (!existsSync(folder)) return [];
  const names = readdirSync(folder).filter((name) => /^step-\d+(-epoch-[\w.-]+)?$/.test(name));
  const visible = names.filter((name) => !name.includes('.tmp-'));
  return visible.map((name) => join(folder, name)).sort(newestFirst);
}

/** Orders paths of checkpoints: by their steps, and the beginning of a stage after the end of the one before. */
export function newestFirst(a: string, b: string): number {
  return stepOf(b) - stepOf(a) || begunStageOf(b) - begunStageOf(a);
}

/** The step in a checkpoint's name. */
function stepOf(path: string): number {
  return Number.parseInt(basename(path).slice('step-'.length), 10);
}

/** The stage in the name of a checkpoint with which one begins; 0 in all others. */
function begunStageOf(path: string): number {
  return Number(/-stage-(\d+)(-before)?$/.exec(basename(path))?.[1] ?? 0);
}

/**
 * Restores model and optimizer from a checkpoint.
 *
 * @returns where the run stood.
 * @throws {CheckpointError} if a file is missing or not the one that was saved.
 */
export function loadCheckpoint(path: string, state: TrainingState): Progress {
  verify(path, state.averages === undefined ? savedFiles : [...savedFiles, averagesFile]);
  const stored = readState(path);
  const weights = readSafetensors(join(path, weightsFile));
  const tensors = readSafetensors(join(path, optimizerFile));
  const loadWeights = (): void => void state.model.loadStateDict(weights);
  if (state.averages === undefined) loadWeights();
  else state.averages.whileHidden(loadWeights);
  state.optimizer.loadStateDict({ ...stored.optimizer, tensors });
  const learned = Object.entries(stored.loss ?? {}).map(([key, value]) => [key, tensor(value)]);
  state.loss?.learned?.loadStateDict(Object.fromEntries(learned) as Record<string, Tensor>);
  if (stored.plateau) state.plateau?.load(stored.plateau);
  const { averages } = state;
  if (averages !== undefined) {
    const steps = stored.averagedSteps ?? 0;
    const tensors = readSafetensors(join(path, averagesFile));
    averages.whileHidden(() => averages.load({ steps, tensors }));
  }
  return stored.progress;
}

function readState(path: string): StoredState {
  return JSON.parse(readFileSync(join(path, stateFile), 'utf8')) as StoredState;
}

/**
 * Compares every file that is expected, and every other one in the manifest, with what was saved.
 *
 * @throws {CheckpointError} if the checkpoint is not exactly what was saved.
 */
function verify(path: string, expected: readonly string[]): void {
  const { format, files } = readManifest(path);
  if (format !== 1) {
    throw new CheckpointError(
      `${path}: expected a checkpoint of format 1, got ${format}. It was made by another version.`,
    );
  }
  for (const name of new Set([...expected, ...Object.keys(files ?? {})])) {
    const file = join(path, name);
    const entry = files?.[name];
    if (existsSync(file) && isDeepStrictEqual(entry, factsOf(file))) continue;
    throw new CheckpointError(`${path}: expected ${name} to be as it was saved, it is damaged.`);
  }
}

/** What a manifest says, if it is one: a damaged file can hold anything. */
function readManifest(path: string): Partial<Manifest> {
  try {
    return JSON.parse(readFileSync(join(path, manifestFile), 'utf8')) as Partial<Manifest>;
  } catch (cause) {
    throw new CheckpointError(`${path}: expected a readable ${manifestFile}, got none.`, { cause });
  }
}

/** A checkpoint that is as it was saved. */
export interface FoundCheckpoint {
  readonly path: string;
  readonly progress: Progress;
  /** The stage it is from, where its run has several. */
  readonly stage?: StageStart;
}

/** What a checkpoint is of. @throws {CheckpointError} if it is not exactly what was saved. */
export function openCheckpoint(path: string): FoundCheckpoint {
  verify(path, savedFiles);
  const { progress, stage } = readState(path);
  return { path, progress, ...(stage && { stage }) };
}

/** The weights that were measured when a checkpoint was saved: the average of them, where one is kept. */
export function measuredWeights(path: string): StateDict {
  const weights = readSafetensors(join(path, weightsFile));
  const averages = join(path, averagesFile);
  return new Map([...weights, ...(existsSync(averages) ? readSafetensors(averages) : [])]);
}

/**
 * Finds the newest checkpoint that is whole.
 *
 * @param warn hears of every checkpoint that was passed over.
 * @throws {CheckpointError} if there is none.
 */
export function newestCheckpoint(folder: string, warn: (message: string) => void): FoundCheckpoint {
  const paths = listCheckpoints(folder);
  for (const path of paths) {
    try {
      return openCheckpoint(path);
    } catch (error) {
      if (!(error instanceof CheckpointError)) throw error;
      warn(`${error.message} It is passed over.`);
    }
  }
  throw new CheckpointError(
    `${folder}: expected a readable checkpoint, got none (${paths.length} tried). Start a new run.`,
  );
}
