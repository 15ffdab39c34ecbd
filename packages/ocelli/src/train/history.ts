import { isLoss, meanFigure, usualFigures } from './bestFigure.ts';
import type { EpochEnded, TrainEvent } from './events.ts';

/**
 * The finished epochs of a run, each once, in order.
 *
 * A run that was killed goes on from its last checkpoint, which can lie before epochs that are
 * already on record. Those belong to a past that did not happen: a later `runStarted` takes them out.
 */
export function epochsOf(events: Iterable<TrainEvent>): EpochEnded[] {
  let epochs: EpochEnded[] = [];
  for (const event of events) {
    if (event.type === 'runStarted') {
      epochs = epochs.filter((epoch) => epoch.epoch < event.from.epoch);
    }
    if (event.type === 'epochEnded') epochs.push(event);
  }
  return epochs;
}

/** The figures by which a run declared its best epoch to be found. */
export function bestFigures(events: Iterable<TrainEvent>): readonly string[] {
  for (const event of events) if (event.type === 'runStarted') return event.best ?? usualFigures;
  return usualFigures;
}

/**
 * The epoch that is best by the declared figures of its validation, computed from the record and never
 * remembered. Equal figures: the lower validation loss, then the earlier epoch. Without validation there
 * is no best epoch.
 */
export function bestEpoch(events: Iterable<TrainEvent>): EpochEnded | undefined {
  const list = [...events];
  const figures = bestFigures(list);
  const sign = isLoss(figures) ? -1 : 1;
  let best: EpochEnded | undefined;
  for (const epoch of epochsOf(list)) {
    const [now, before] = [meritOf(epoch, figures), best && meritOf(best, figures)];
    if (now === undefined) continue;
    const isBetter =
      before === undefined ||
      sign * now.value > sign * before.value ||
      (now.value === before.value && now.loss < before.loss);
    if (isBetter) best = epoch;
  }
  return best;
}

function meritOf({ validation }: EpochEnded, figures: readonly string[]) {
  const value = validation === undefined ? null : meanFigure(validation, figures);
  if (validation === undefined || value === null) return undefined;
  // A loss that was not finite stands on record as null: worse than any other.
  return { value, loss: Number.isFinite(validation.loss) ? validation.loss : Infinity };
}
