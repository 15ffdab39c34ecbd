import { readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { listCheckpoints, type SavedFacts, stateFile } from './checkpoint.ts';
import { isLoss } from '../../metrics/bestFigure.ts';

/** A checkpoint as the index lists it. */
export interface CheckpointEntry extends SavedFacts {
  /** Its folder. */
  readonly name: string;
  readonly step: number;
}

/** The checkpoints of a folder with the facts they were saved with, the newest first. */
export function checkpointIndex(folder: string): CheckpointEntry[] {
  return listCheckpoints(folder).flatMap((path) => {
    try {
      const text = readFileSync(join(path, stateFile), 'utf8');
      const { saved, progress } = JSON.parse(text) as {
        saved: SavedFacts;
        progress: { step: number };
      };
      return [{ name: basename(path), step: progress.step, ...saved }];
    } catch {
      return []; // a damaged one is found out, and named, when it is loaded
    }
  });
}

/** How many checkpoints stay. */
export interface Keeping {
  /** The newest ones; `Infinity` for all. */
  readonly newest: number;
  /** Those of the epochs with the best figure, besides. */
  readonly best: number;
}

/** The names of those that need not be kept. */
export function outlived(index: readonly CheckpointEntry[], { newest, best }: Keeping): string[] {
  const rated = index.flatMap(({ name, figure }) => (figure ? [{ name, figure }] : []));
  const sign = isLoss(rated.slice(0, 1).map(({ figure }) => figure.name)) ? 1 : -1;
  const ranked = rated.toSorted((a, b) => sign * (a.figure.value - b.figure.value));
  const kept = new Set([
    ...index.slice(0, newest).map(({ name }) => name),
    ...ranked.slice(0, best).map(({ name }) => name),
  ]);
  return index.map(({ name }) => name).filter((name) => !kept.has(name));
}
