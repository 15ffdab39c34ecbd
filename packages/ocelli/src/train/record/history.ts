import { isLoss, meanFigure, usualFigures } from '../../metrics/bestFigure.ts';
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
  const started = [...events].findLast((event) => event.type === 'runStarted');
  return started?.best ?? usualFigures;
}

/**
 * The epoch that is best by the declared figures of its validation, computed from the record and never
 * remembered. Equal figures: the lower validation loss, then the earlier epoch. Without validation there
 * is no best epoch.
 *
 * Of a run in stages it is the best of the newest stage that has finished an epoch: pictures of another
 * size are measured in another way.
 */
export function bestEpoch(events: Iterable<TrainEvent>): EpochEnded | undefined {
  const list = [...events];
  const figures = bestFigures(list);
  const sign = isLoss(figures) ? -1 : 1;
  let best: EpochEnded | undefined;
  for (const epoch of newestStage(list)) {
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

/** The finished epochs of the newest stage that has any. */
function newestStage(events: readonly TrainEvent[]): EpochEnded[] {
  const epochs = epochsOf(events);
  const begins = events.flatMap((event) =>
    event.type === 'runStarted' ? (event.stage?.epoch ?? 1) : [],
  );
  const begin = begins.findLast((first) => epochs.some(({ epoch }) => epoch >= first)) ?? 1;
  return epochs.filter(({ epoch }) => epoch >= begin);
}

function meritOf({ validation }: EpochEnded, figures: readonly string[]) {
  const value = validation === undefined ? null : meanFigure(validation, figures);
  if (validation === undefined || value === null) return undefined;
  // A loss that was not finite stands on record as null: worse than any other.
  return { value, loss: Number.isFinite(validation.loss) ? validation.loss : Infinity };
}
