import { rmSync } from 'node:fs';
import { type AnyModule, noGrad, scope, type Tensor } from '@ocelli/torch';
import { listCheckpoints, saveCheckpoint, type TrainingState } from './checkpoint.ts';
import { writeDurably } from './durableFile.ts';
import type { Emit, TrainEventConsumer } from './emitter.ts';
import type { EpochEnded, Progress, StepEnded, TrainEvent } from './events.ts';
import type { Totals } from '../metrics/scores.ts';
import { bestEpoch } from './history.ts';
import { NumericError } from './lossWatch.ts';
import { resultsCsv } from './resultsCsv.ts';
import type { RunFolder } from './runFolder.ts';
import { saveWeights } from './weights.ts';

export interface SaverOptions extends TrainingState {
  folder: RunFolder;
  /** Events of earlier sessions of this run. @default [] */
  history?: readonly TrainEvent[];
  /** Checkpoints to keep, the newest; best and last weights are kept besides. @default 2 */
  keep?: number;
  /** Longest stretch of work, in seconds, that a killed process can lose within an epoch. @default 300 */
  everySeconds?: number;
}

/** A consumer that saves a run, and whether it succeeded. */
export interface Saver {
  readonly consume: TrainEventConsumer;
  /** What went wrong with the latest attempt; absent when that worked. */
  readonly failure: () => unknown;
}

/**
 * Saves a run after every epoch, every few minutes within one, and when it stops early: a checkpoint
 * to go on from, the last weights, the best weights, and the table of results.
 *
 * A save that fails is reported and tried again at the next occasion; what was saved before stays.
 */
export function runSaver(options: SaverOptions): Saver {
  const { folder, history = [], keep = 2, everySeconds = 300 } = options;
  const events: TrainEvent[] = [...history];
  let failure: unknown;
  let triedAt: number | undefined;

  async function save(
    progress: Progress,
    ended: EpochEnded | undefined,
    emit: Emit,
  ): Promise<void> {
    refuseNonFinite(options.model);
    const path = saveCheckpoint(folder.checkpoints, options, progress);
    const { step } = progress;
    const epoch = ended?.epoch ?? progress.epoch;
    const isBest = ended !== undefined && bestEpoch(events)?.epoch === ended.epoch;
    saveWeights(folder.weights, 'last', { model: options.model, epoch, step });
    if (isBest) saveWeights(folder.weights, 'best', { model: options.model, epoch, step });
    for (const old of listCheckpoints(folder.checkpoints).slice(keep)) {
      rmSync(old, { recursive: true });
    }
    await emit({ type: 'checkpointSaved', step, epoch, path, best: isBest });
  }

  /** Where the run stands, if the event is an occasion to save. */
  function occasion(event: TrainEvent): Progress | undefined {
    if (event.type === 'runStarted') triedAt = event.from.seconds;
    if (event.type === 'epochEnded' || event.type === 'runStopping') return event.progress;
    if (event.type !== 'stepEnded' || event.totals === undefined) return undefined;
    if (event.stepInEpoch === event.stepsPerEpoch) return undefined; // the epoch's own save follows
    const isDue = event.seconds - (triedAt ?? 0) >= everySeconds;
    return isDue ? progressAt(event, event.totals) : undefined;
  }

  async function saving(event: TrainEvent, emit: Emit): Promise<void> {
    if (event.type === 'runStarted' || event.type === 'epochEnded') events.push(event);
    if (event.type === 'epochEnded') writeDurably(folder.results, resultsCsv(events));
    const progress = occasion(event);
    if (progress === undefined) return;
    triedAt = progress.seconds;
    failure = undefined;
    try {
      await save(progress, event.type === 'epochEnded' ? event : undefined, emit);
    } catch (error) {
      failure = error;
      throw error;
    }
  }
  return { consume: saving, failure: () => failure };
}

function progressAt(event: StepEnded, totals: Totals): Progress {
  const { epoch, stepInEpoch, step, seconds } = event;
  return { epoch, stepInEpoch, step, seconds, totals };
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
