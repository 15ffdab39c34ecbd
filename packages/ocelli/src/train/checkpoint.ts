import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import {
  CheckpointError,
  type AnyModule,
  type OptimizerState,
  readSafetensors,
  tensor,
  type Tensor,
  writeSafetensors,
} from '@ocelli/torch';
import { flushFolder, temporaryNameFor, writeAndFlush } from './durableFile.ts';
import type { Progress } from './events.ts';
import type { Loss } from './loss.ts';
import type { PlateauState } from './schedules/reduceOnPlateau.ts';

/** What a run needs to go on: both change, and both are restored. */
export interface TrainingState {
  readonly model: AnyModule;
  readonly optimizer: SavableOptimizer;
  /** Its learned part is saved too, where it has one. */
  readonly loss?: Pick<Loss, 'learned'>;
  /** How far a learning rate was reduced, and how long it has been waiting. */
  readonly plateau?: { readonly state: PlateauState; load(state: PlateauState): void };
}

/** The content of `state.json`. */
interface StoredState {
  readonly progress: Progress;
  readonly optimizer: Omit<OptimizerState, 'tensors'>;
  readonly loss?: Record<string, number>;
  readonly plateau?: PlateauState;
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
const stateFile = 'state.json';
const savedFiles = [weightsFile, optimizerFile, stateFile] as const;
const manifestFile = 'manifest.json';

/**
 * Saves a checkpoint as `folder/step-<n>`: weights, optimizer state, progress, and a manifest with the
 * SHA-256 of each. The folder appears by rename when everything in it has reached the disk, so there is
 * no moment at which a half-written checkpoint can be seen.
 *
 * @returns the path of the checkpoint.
 */
export function saveCheckpoint(folder: string, state: TrainingState, progress: Progress): string {
  const path = join(folder, `step-${progress.step}`);
  const temporary = temporaryNameFor(path);
  mkdirSync(temporary, { recursive: true });
  try {
    const { tensors, ...optimizer } = state.optimizer.stateDict();
    writeSafetensors(join(temporary, weightsFile), state.model.stateDict());
    writeSafetensors(join(temporary, optimizerFile), tensors);
    const loss = numbersOf(state.loss);
    const plateau = state.plateau?.state;
    const stored: StoredState = {
      progress,
      optimizer,
      ...(loss && { loss }),
      ...(plateau && { plateau }),
    };
    writeAndFlush(join(temporary, stateFile), JSON.stringify(stored));
    writeAndFlush(join(temporary, manifestFile), JSON.stringify(manifestOf(temporary)));
    flushFolder(temporary);
    rmSync(path, { recursive: true, force: true }); // the same step of an earlier, lost attempt
    renameSync(temporary, path);
    flushFolder(dirname(path));
    return path;
  } catch (error) {
    rmSync(temporary, { recursive: true, force: true });
    throw error;
  }
}

/** What a loss has learned: a few numbers, which JSON keeps exactly. */
function numbersOf(loss: TrainingState['loss']): Record<string, number> | undefined {
  if (loss?.learned === undefined) return undefined;
  const entries = [...loss.learned.stateDict()].map(([key, value]) => [key, value.item()] as const);
  return Object.fromEntries(entries);
}

function manifestOf(path: string): Manifest {
  const entries = savedFiles.map((name) => [name, factsOf(join(path, name))] as const);
  return { format: 1, files: Object.fromEntries(entries) };
}

function factsOf(file: string): FileFacts {
  return { bytes: statSync(file).size, sha256: sha256Of(file) };
}

/** SHA-256 of a file's content, in hexadecimal. */
export function sha256Of(file: string): string {
  return createHash('sha256').update(readFileSync(file)).digest('hex');
}

/** Paths of the visible checkpoints, the one with the highest step first. */
export function listCheckpoints(folder: string): string[] {
  if (!existsSync(folder)) return [];
  const steps = readdirSync(folder).flatMap((name) => /^step-(\d+)$/.exec(name)?.[1] ?? []);
  return steps
    .map(Number)
    .sort((a, b) => b - a)
    .map((step) => join(folder, `step-${step}`));
}

/**
 * Restores model and optimizer from a checkpoint.
 *
 * @returns where the run stood.
 * @throws {CheckpointError} if a file is missing or not the one that was saved.
 */
export function loadCheckpoint(path: string, state: TrainingState): Progress {
  verify(path);
  const stored = JSON.parse(readFileSync(join(path, stateFile), 'utf8')) as StoredState;
  const weights = readSafetensors(join(path, weightsFile));
  const tensors = readSafetensors(join(path, optimizerFile));
  state.model.loadStateDict(weights);
  state.optimizer.loadStateDict({ ...stored.optimizer, tensors });
  const learned = Object.entries(stored.loss ?? {}).map(([key, value]) => [key, tensor(value)]);
  state.loss?.learned?.loadStateDict(Object.fromEntries(learned) as Record<string, Tensor>);
  if (stored.plateau) state.plateau?.load(stored.plateau);
  return stored.progress;
}

/** @throws {CheckpointError} if the checkpoint is not exactly what was saved. */
function verify(path: string): void {
  const { format, files } = readManifest(path);
  if (format !== 1) {
    throw new CheckpointError(
      `${path}: expected a checkpoint of format 1, got ${format}. It was made by another version.`,
    );
  }
  for (const name of savedFiles) {
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

/**
 * Restores the newest checkpoint that is whole, trying older ones where it is not.
 *
 * @param warn hears of every checkpoint that was passed over.
 * @throws {CheckpointError} if there is none.
 */
export function loadNewestCheckpoint(
  folder: string,
  state: TrainingState,
  warn: (message: string) => void,
): Progress {
  const paths = listCheckpoints(folder);
  for (const path of paths) {
    try {
      return loadCheckpoint(path, state);
    } catch (error) {
      if (!(error instanceof CheckpointError)) throw error;
      warn(`${error.message} It is passed over.`);
    }
  }
  throw new CheckpointError(
    `${folder}: expected a readable checkpoint, got none (${paths.length} tried). Start a new run.`,
  );
}
