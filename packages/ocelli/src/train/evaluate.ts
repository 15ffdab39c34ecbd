import { crossEntropy, type Device, type Module, noGrad, scope } from '@ocelli/torch';
import { RunningTotals } from '../metrics/runningTotals.ts';
import { type Scores, scoresOf } from '../metrics/scores.ts';
import { type Batch, disposeBatch, type EvaluationData } from './trainingData.ts';
import { eventLoopTurn } from './eventLoopTurn.ts';

export interface EvaluateOptions {
  /** Where the model lies. @default 'cpu' */
  device?: Device;
  /** Called after every batch with the number of samples seen. */
  onBatch?: (done: number) => void | Promise<void>;
  /** Ends the evaluation after the batch in work. */
  signal?: AbortSignal;
}

/**
 * Mean cross-entropy and accuracy over every sample of the data, the last, smaller batch included.
 *
 * The model is switched to evaluation and back; no gradients are recorded.
 *
 * @returns the scores, or nothing if `signal` ended it early.
 */
export async function evaluate(
  model: Module,
  data: EvaluationData,
  options: EvaluateOptions = {},
): Promise<Scores | undefined> {
  const { device = 'cpu', onBatch, signal } = options;
  const wasTraining = model.training;
  const totals = new RunningTotals(device);
  let done = 0;
  model.eval();
  try {
    for (const batch of data.batches()) {
      addBatch(model, batch, totals);
      done += batch.indices.length;
      await onBatch?.(done);
      await eventLoopTurn();
      if (signal?.aborted === true && done < data.sampleCount) return undefined;
    }
    if (done !== data.sampleCount) {
      throw new Error(`internal: evaluated ${done} of ${data.sampleCount} samples`);
    }
    return scoresOf(totals.read());
  } finally {
    totals.dispose();
    model.train(wasTraining);
  }
}

function addBatch(model: Module, batch: Batch, totals: RunningTotals): void {
  noGrad(() =>
    scope(() => {
      const logits = model.forward(batch.images);
      const lossSum = crossEntropy(logits, batch.labels, { reduction: 'sum' });
      totals.add({ logits, labels: batch.labels, lossSum });
    }),
  );
  disposeBatch(batch);
}
