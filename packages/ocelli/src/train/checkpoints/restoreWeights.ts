import { join } from 'node:path';
import { scope } from '@ocelli/torch';
import type { EpochEnded, TrainEvent } from '../record/events.ts';
import { epochsOf } from '../record/history.ts';
import type { RunFolder } from '../runFolder/runFolder.ts';
import { type FoundCheckpoint, lastEpoch, measuredWeights, openCheckpoint } from './checkpoint.ts';
import { checkpointIndex } from './checkpointIndex.ts';
import { saveWeights, weightsFacts, type WeightsName } from './weights.ts';

/** Makes the weights of a checkpoint the best or the last ones of its run. */
export function restoreWeights(
  weights: string,
  name: WeightsName,
  { path, progress }: FoundCheckpoint,
): void {
  scope(() => {
    const model = { stateDict: () => measuredWeights(path) };
    saveWeights(weights, name, { model, epoch: lastEpoch(progress), step: progress.step });
  });
}

/**
 * Makes the best weights those of an epoch again, from the checkpoint of its end.
 *
 * @returns false, with nothing changed, if there is none.
 * @throws {CheckpointError} if it is damaged.
 */
export function restoreBest({ weights, checkpoints }: RunFolder, epoch: number): boolean {
  // With a figure it is of the end of its epoch.
  const source = checkpointIndex(checkpoints).find(
    (entry) => entry.epoch === epoch && entry.figure !== undefined,
  );
  if (source === undefined) return false;
  restoreWeights(weights, 'best', openCheckpoint(join(checkpoints, source.name)));
  return true;
}

/**
 * Whether the best weights are those of the best epoch. Where saving them failed when it ended, they come from
 * its checkpoint.
 */
export function hasBest(
  folder: RunFolder,
  best: EpochEnded,
  events: readonly TrainEvent[],
): boolean {
  const kept = weightsFacts(folder.weights, 'best')?.epoch ?? 0;
  if (kept === best.epoch || restoreBest(folder, best.epoch)) return true;
  // Those of an epoch that is still to come are of a process that was killed: it comes again.
  return kept > (epochsOf(events).at(-1)?.epoch ?? 0);
}
