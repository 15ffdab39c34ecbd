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

/**
 * The epoch with the highest validation accuracy, computed from the record and never remembered.
 * Equal accuracies: the lower validation loss, then the earlier epoch. Without validation there is
 * no best epoch.
 */
export function bestEpoch(events: Iterable<TrainEvent>): EpochEnded | undefined {
  let best: EpochEnded | undefined;
  for (const epoch of epochsOf(events)) if (isBetter(epoch, best)) best = epoch;
  return best;
}

function isBetter(epoch: EpochEnded, best: EpochEnded | undefined): boolean {
  const [a, b] = [epoch.validation, best?.validation];
  if (a === undefined || !Number.isFinite(a.accuracy)) return false;
  if (b === undefined) return true;
  return a.accuracy === b.accuracy ? a.loss < b.loss : a.accuracy > b.accuracy;
}
