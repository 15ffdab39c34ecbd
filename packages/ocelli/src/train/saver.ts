import { rmSync } from 'node:fs';
import { type AnyModule, noGrad, scope, type Tensor } from '@ocelli/torch';
import { listCheckpoints, saveCheckpoint, type TrainingState } from './checkpoint.ts';
import { meanFigure } from './bestFigure.ts';
import { writeDurably } from './durableFile.ts';
import type { Emit, TrainEventConsumer } from './emitter.ts';
import type { EpochEnded, Progress, TrainEvent } from './events.ts';
import { bestEpoch, bestFigures } from './history.ts';
import { NumericError } from './lossWatch.ts';
import { resultsCsv } from './resultsCsv.ts';
import type { RunFolder } from './runFolder.ts';
import { type SaveOccasions, saveOccasions } from './saveOccasion.ts';
import { saveWeights } from './weights.ts';

/** What is saved, when and where. */
export interface SaverOptions extends TrainingState, SaveOccasions {
  folder: RunFolder;
  /** Events of earlier sessions of this run. @default [] */
  history?: readonly TrainEvent[];
  /** Checkpoints to keep, the newest; `Infinity` keeps all. Best and last weights are kept besides. @default 2 */
  keep?: number;
}

/** A consumer that saves a run, and whether it succeeded. */
export interface Saver {
  readonly consume: TrainEventConsumer;
  /** What went wrong with the latest attempt; absent when that worked. */
  readonly failure: () => unknown;
}

/**
 * Saves a run on its occasions and when it ends: a checkpoint to go on from, and the last weights. The best
 * weights and the table of results follow every epoch.
 *
 * A save that fails is reported and tried again at the next occasion; what was saved before stays.
 */
export function runSaver(options: SaverOptions): Saver {
  const { folder, history = [], keep = 2, model } = options;
  const events: TrainEvent[] = [...history];
  const occasion = saveOccasions(options);
  let failure: unknown;

  async function save(progress: Progress, best: boolean, emit: Emit): Promise<void> {
    const path = saveCheckpoint(folder.checkpoints, options, progress);
    const { step } = progress;
    const epoch = progress.stepInEpoch === 0 ? progress.epoch - 1 : progress.epoch;
    saveWeights(folder.weights, 'last', { model, epoch, step });
    for (const old of listCheckpoints(folder.checkpoints).slice(keep)) {
      rmSync(old, { recursive: true });
    }
    await emit({ type: 'checkpointSaved', step, epoch, path, best });
  }

  /** @returns whether the epoch is the best so far; its weights are saved then. */
  async function saveIfBest({ epoch, progress }: EpochEnded, emit: Emit): Promise<boolean> {
    const best = bestEpoch(events);
    if (best?.epoch !== epoch) return false;
    saveWeights(folder.weights, 'best', { model, epoch, step: progress.step });
    const figures = bestFigures(events);
    const before = valueOf(bestEpoch(events.filter((event) => event !== best)), figures);
    const now = valueOf(best, figures) ?? NaN; // only an epoch with a value is the best
    await emit({ type: 'bestSaved', epoch, figures, before, now });
    return true;
  }

  async function saving(event: TrainEvent, emit: Emit): Promise<void> {
    if (event.type === 'runStarted' || event.type === 'epochEnded') events.push(event);
    if (event.type === 'epochEnded') writeDurably(folder.results, resultsCsv(events));
    const progress = occasion(event);
    if (progress === undefined && event.type !== 'epochEnded') return;
    failure = undefined;
    try {
      refuseNonFinite(model);
      const best = event.type === 'epochEnded' && (await saveIfBest(event, emit));
      if (progress !== undefined) await save(progress, best, emit);
    } catch (error) {
      failure = error;
      throw error;
    }
  }
  return { consume: saving, failure: () => failure };
}

function valueOf(epoch: EpochEnded | undefined, figures: readonly string[]): number | null {
  return epoch?.validation === undefined ? null : meanFigure(epoch.validation, figures);
}

/** No file ever holds weights that are not finite. @throws {NumericError} */
function refuseNonFinite(model: AnyModule): void {
  for (const [name, tensor] of model.stateDict()) {
    if (!allFinite(tensor)) {
      throw new NumericError(
        `expected ${name} to be finite, it is not. These weights are not saved.`,
      );
    }
  }
}

function allFinite(tensor: Tensor): boolean {
  // A sum is finite only if every element is; float64, so that large ones do not overflow in it.
  return noGrad(() =>
    scope(() => Number.isFinite(Number(tensor.abs().to({ dtype: 'float64' }).sum().item()))),
  );
}
