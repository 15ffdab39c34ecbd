import { type AnyModule, CheckpointError, noGrad, scope, type Tensor } from '@ocelli/torch';
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
import { hasBest } from './restoreWeights.ts';
import { type SaveOccasions, saveOccasions } from './saveOccasion.ts';
import { type SaveFailure, Unsaved } from './unsaved.ts';
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

/** A consumer that saves a run, and what it could not save. */
export interface Saver {
  readonly consume: TrainEventConsumer;
  /** What is not on the disk as it should be. */
  readonly failures: () => readonly SaveFailure[];
}

/** Events at which the best weights are looked after, whether a checkpoint is due or not. */
const turns: ReadonlySet<TrainEvent['type']> = new Set(['runStarted', 'epochEnded', 'runEnded']);

/**
 * Saves a run on its occasions and when it ends: a checkpoint to go on from, and the last weights. The best
 * weights and the table of results follow every epoch.
 *
 * One of these that fails keeps none of the others from being saved. It is reported and tried again at the
 * next occasion, the best weights from the checkpoint of their epoch; what was saved before stays.
 */
export function runSaver(options: SaverOptions): Saver {
  const { folder, history = [], keep = 2, keepBest = 0, model, averages } = options;
  const events: TrainEvent[] = [...history];
  const occasion = saveOccasions(options);
  const unsaved = new Unsaved();

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
    refuseNonFinite(model);
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

  /** After every epoch; and when a run goes on, which may take epochs out or find a table that lacks some. */
  function saveResults({ type }: TrainEvent): void {
    const isDue = type === 'epochEnded' || (type === 'runStarted' && history.length > 0);
    if (!isDue && unsaved.reasonOf('the table of results') === undefined) return;
    writeDurably(folder.results, resultsCsv(events));
  }

  /** @returns whether the event is the end of the best epoch so far; its weights are saved then. */
  async function saveBest(event: TrainEvent, emit: Emit): Promise<boolean> {
    const best = bestEpoch(events);
    if (best !== event) {
      // Before its first epoch ends, a stage judges those of the one before by figures that are not theirs.
      const isOwn = best !== undefined && best.epoch >= (options.stage?.epoch ?? 1);
      if (isOwn && !hasBest(folder, best, events)) {
        const reason: unknown = unsaved.reasonOf('the best weights') ?? lostBest(folder, best);
        throw reason;
      }
      return false;
    }
    const { epoch, progress } = best;
    saveModel('best', { epoch, step: progress.step });
    const figures = bestFigures(events);
    const before = valueOf(bestEpoch(events.filter((one) => one !== best)), figures);
    const now = valueOf(best, figures) ?? NaN; // only an epoch with a value is the best
    await emit({ type: 'bestSaved', epoch, figures, before, now });
    return true;
  }

  async function saving(event: TrainEvent, emit: Emit): Promise<void> {
    if (event.type === 'runStarted' || event.type === 'epochEnded') events.push(event);
    const progress = occasion(event);
    if (progress === undefined && !turns.has(event.type)) return;
    await unsaved.attempt('the table of results', emit, () => saveResults(event));
    let best = false;
    await unsaved.attempt('the best weights', emit, async () => {
      best = await saveBest(event, emit);
    });
    if (progress === undefined) return;
    const point = { ...progress, ...figureAt(progress) };
    await unsaved.attempt('the last state', emit, () => save(point, best, emit));
  }
  return { consume: saving, failures: () => unsaved.failures };
}

function lostBest({ weights }: RunFolder, { epoch }: EpochEnded): CheckpointError {
  return new CheckpointError(
    `${weights}/best.safetensors: expected the weights of epoch ${epoch}, the best, got others or none. ` +
      'No checkpoint has them.',
  );
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
