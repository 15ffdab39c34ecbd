import { type AnyModule, noGrad, scope, type Tensor } from '@ocelli/torch';
import type { AveragedWeights } from '../loop/averagedWeights.ts';
import { lastEpoch, saveCheckpoint, type SavePoint, type TrainingState } from './checkpoint.ts';
import { tidyCheckpoints } from './checkpointIndex.ts';
import { isLoss, meanFigure } from '../../metrics/bestFigure.ts';
import { writeDurably } from '../runFolder/durableFile.ts';
import type { Emit, TrainEventConsumer } from '../record/emitter.ts';
import type { EpochEnded, Progress, TrainEvent } from '../record/events.ts';
import { bestEpoch, bestFigures, epochsOf } from '../record/history.ts';
import { NumericError } from '../loop/lossWatch.ts';
import { resultsCsv } from '../record/resultsCsv.ts';
import type { RunFolder } from '../runFolder/runFolder.ts';
import { type SaveOccasions, saveOccasions } from './saveOccasion.ts';
import { saveWeights, type WeightsFacts, type WeightsName } from './weights.ts';

/** What is saved, when and where. */
export interface SaverOptions extends TrainingState, SaveOccasions {
  averages?: AveragedWeights;
  folder: RunFolder;
  /** Events of earlier sessions of this run. @default [] */
  history?: readonly TrainEvent[];
  /** Checkpoints to keep, the newest; `Infinity` keeps all. Best and last weights are kept besides. @default 2 */
  keep?: number;
  /** Checkpoints to keep besides: those of the epochs with the best figure. @default 0 */
  keepBest?: number;
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
  const { folder, history = [], keep = 2, keepBest = 0, model, averages } = options;
  const events: TrainEvent[] = [...history];
  const occasion = saveOccasions(options);
  let failure: unknown;

  async function save(point: SavePoint, best: boolean, emit: Emit): Promise<void> {
    const { step } = point;
    const epoch = lastEpoch(point);
    // Before the checkpoint: a run that is killed between the two makes its last steps again, whereas
    // one that finds its last checkpoint has nothing left to do.
    saveModel('last', { epoch, step });
    const path = saveCheckpoint(folder.checkpoints, options, point);
    tidyCheckpoints(folder, { newest: keep, best: keepBest });
    await emit({ type: 'checkpointSaved', step, epoch, path, best });
  }

  /** Of averaged weights the average, since that is what was measured. */
  function saveModel(name: WeightsName, facts: WeightsFacts): void {
    const write = (): void => saveWeights(folder.weights, name, { model, ...facts });
    if (averages === undefined) write();
    else averages.whileShown(write);
  }

  /** What decides which epoch is best, where one has ended and no step was made since. */
  function figureAt({ step, stepInEpoch }: Progress): Pick<SavePoint, 'figure'> {
    const ended = epochsOf(events).at(-1);
    if (stepInEpoch > 0 || ended?.progress.step !== step) return {};
    // At its beginning a stage has weights that it did not measure.
    if (ended.epoch < (options.stage?.epoch ?? 1)) return {};
    const figures = bestFigures(events);
    const value = valueOf(ended, figures);
    const several = isLoss(figures) ? 'meanLoss' : 'mean'; // the name tells what is better
    const [name = several] = figures.length === 1 ? figures : [];
    return value === null ? {} : { figure: { name, value } };
  }

  /** @returns whether the epoch is the best so far; its weights are saved then. */
  async function saveIfBest({ epoch, progress }: EpochEnded, emit: Emit): Promise<boolean> {
    const best = bestEpoch(events);
    if (best?.epoch !== epoch) return false;
    saveModel('best', { epoch, step: progress.step });
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
      if (progress !== undefined) {
        await save({ ...progress, ...figureAt(progress) }, best, emit);
      }
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
