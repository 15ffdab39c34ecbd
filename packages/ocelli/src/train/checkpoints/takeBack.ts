import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { CheckpointError } from '@ocelli/torch';
import type { TrainEvent } from '../record/events.ts';
import { bestEpoch } from '../record/history.ts';
import { writeJsonDurably } from '../runFolder/durableFile.ts';
import type { RunFolder } from '../runFolder/runFolder.ts';
import {
  type FoundCheckpoint,
  listCheckpoints,
  newestFirst,
  removeCheckpoint,
} from './checkpoint.ts';
import { checkpointIndex } from './checkpointIndex.ts';
import { restoreBest, restoreWeights } from './restoreWeights.ts';
import { weightsFacts } from './weights.ts';

/**
 * Takes a run back to one of its checkpoints: those after it are removed, the best weights are again those
 * of the epoch that was best until then, and the last ones its own. The record stays as it is; when the run
 * goes on, what lies after its start counts no more, see `epochsOf`.
 *
 * @param events the record of the run.
 * @returns how many checkpoints were removed.
 * @throws {CheckpointError} if the best weights until then are kept nowhere. Nothing is changed then.
 */
export function takeBack(
  folder: RunFolder,
  to: FoundCheckpoint,
  events: readonly TrainEvent[],
): number {
  takeBackBest(folder, to, events);
  restoreWeights(folder.weights, 'last', to); // a stage can begin with them
  const paths = listCheckpoints(folder.checkpoints);
  const later = paths.filter((path) => newestFirst(path, to.path) < 0);
  for (const path of later) removeCheckpoint(path);
  writeJsonDurably(folder.checkpointIndex, checkpointIndex(folder.checkpoints));
  return later.length;
}

function takeBackBest(folder: RunFolder, to: FoundCheckpoint, events: readonly TrainEvent[]): void {
  const best = bestEpoch(goneOnFrom(to, events))?.epoch;
  const kept = weightsFacts(folder.weights, 'best')?.epoch;
  if (best === kept) return;
  if (best === undefined) {
    rmSync(join(folder.weights, 'best.safetensors'));
    return;
  }
  if (restoreBest(folder, best)) return;
  throw new CheckpointError(
    `${to.path}: expected the weights of epoch ${best}, the best until there, to be kept, found none: ` +
      `weights/best.safetensors is of epoch ${kept}. Go on with the run as it is (--resume RUN); ` +
      '--keep-checkpoints and --keep-best keep more.',
  );
}

/** The record as it will be when the run has gone on from a checkpoint. */
function goneOnFrom(
  { progress, stage }: FoundCheckpoint,
  events: readonly TrainEvent[],
): readonly TrainEvent[] {
  const started = events
    .filter((event) => event.type === 'runStarted')
    .findLast((event) => event.stage?.number === stage?.number);
  // A stage that has a checkpoint of its beginning, and was never seen to begin, has nothing after it.
  return started === undefined ? events : [...events, { ...started, from: progress }];
}
