import { readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { listCheckpoints, removeCheckpoint, type SavedFacts, stateFile } from './checkpoint.ts';
import { isLoss } from '../../metrics/bestFigure.ts';
import { writeJsonDurably } from '../runFolder/durableFile.ts';
import type { RunFolder } from '../runFolder/runFolder.ts';
import type { StageStart } from '../schedules/stageStart.ts';

/** A checkpoint as the index lists it. */
export interface CheckpointEntry extends SavedFacts {
  /** Its folder. */
  readonly name: string;
  readonly step: number;
  /** The stage it is from, counted from 1, where its run has several. */
  readonly stage?: number;
}

/** The checkpoints of a folder with the facts they were saved with, the newest first. */
export function checkpointIndex(folder: string): CheckpointEntry[] {
  return listCheckpoints(folder).flatMap((path) => {
    try {
      const text = readFileSync(join(path, stateFile), 'utf8');
      const { saved, progress, stage } = JSON.parse(text) as {
        saved: SavedFacts;
        progress: { step: number };
        stage?: StageStart;
      };
      const facts = { name: basename(path), step: progress.step, ...saved };
      return [{ ...facts, ...(stage && { stage: stage.number }) }];
    } catch {
      return []; // a damaged one is found out, and named, when it is loaded
    }
  });
}

/** How many checkpoints stay. */
export interface Keeping {
  /** The newest ones; `Infinity` for all. */
  readonly newest: number;
  /** Those of the epochs with the best figure, besides; of several stages, in the newest that has any. */
  readonly best: number;
}

/** Removes the checkpoints of a run that need not be kept, and writes down which there are. */
export function tidyCheckpoints(folder: RunFolder, keeping: Keeping): void {
  const index = checkpointIndex(folder.checkpoints);
  const old = outlived(index, keeping);
  for (const name of old) removeCheckpoint(join(folder.checkpoints, name));
  const kept = index.filter(({ name }) => !old.includes(name));
  writeJsonDurably(folder.checkpointIndex, kept);
}

/** The names of those that need not be kept. */
function outlived(index: readonly CheckpointEntry[], { newest, best }: Keeping): string[] {
  const names = index.map(({ name }) => name);
  const kept = new Set([...names.slice(0, newest), ...bestFirst(index).slice(0, best)]);
  return names.filter((name) => !kept.has(name));
}

/** The names of those that compare with the newest of any figure: of the same one, in the same stage. */
function bestFirst(index: readonly CheckpointEntry[]): string[] {
  const rated = index.flatMap(({ name, stage, figure }) =>
    figure ? [{ name, stage, figure }] : [],
  );
  const [newest] = rated;
  if (newest === undefined) return [];
  const sign = isLoss([newest.figure.name]) ? 1 : -1;
  return rated
    .filter(({ stage, figure }) => stage === newest.stage && figure.name === newest.figure.name)
    .toSorted((a, b) => sign * (a.figure.value - b.figure.value))
    .map(({ name }) => name);
}
