import type { TrainEvent } from './events.ts';
import { epochsOf } from './history.ts';

const header =
  'epoch,step,lr,train_loss,train_accuracy,train_count,validation_loss,validation_accuracy,validation_count,seconds';

/**
 * The table of a run, one row an epoch, drawn from its events. Accuracies go from 0 to 1, seconds
 * are cumulative. A run without validation leaves those cells empty.
 */
export function resultsCsv(events: Iterable<TrainEvent>): string {
  const rows = epochsOf(events).map(({ epoch, lr, train, validation, progress }) => [
    epoch,
    progress.step,
    lr,
    train.loss,
    train.accuracy,
    train.count,
    validation?.loss ?? '',
    validation?.accuracy ?? '',
    validation?.count ?? '',
    progress.seconds.toFixed(3),
  ]);
  return [header, ...rows.map((row) => row.join(','))].join('\n') + '\n';
}
