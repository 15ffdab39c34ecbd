import { inferenceMode, scope } from '@ocelli/torch';
import type { Predictions } from '../../metrics/predictions.ts';
import { answersOf, type TrainedLosses } from '../../train/evaluation/answers.ts';
import { eventLoopTurn } from '../../train/evaluation/eventLoopTurn.ts';
import { headBatches, type PictureModel } from '../../train/loss/headBatches.ts';
import type { Views } from '../../train/evaluation/views.ts';
import { PredictionRecord } from '../../train/evaluation/predictionRecord.ts';
import { disposeBatch, type EvaluationData } from '../../train/batches/trainingData.ts';
import { type Head, headName } from '../heads.ts';

export interface PredictAllOptions {
  /** What each attribute was trained with. */
  readonly attributes: TrainedLosses;
  /** Which views of a picture its answer is the mean over. */
  readonly views: Views;
  /** Called after every batch with the number of pictures seen. */
  readonly onBatch: (done: number) => void | Promise<void>;
}

/**
 * What a model says about every picture, head by head. The model must be in evaluation mode.
 *
 * @returns one set of predictions a head, pictures in the order of `data`.
 */
export async function predictAll(
  model: PictureModel,
  data: EvaluationData,
  { attributes, views, onBatch }: PredictAllOptions,
): Promise<(Head & Predictions)[]> {
  const record = new PredictionRecord(data.labelNames);
  let done = 0;
  for (const batch of data.batches()) {
    inferenceMode(() =>
      scope(() => {
        const outputs = answersOf(views(model, batch.images), attributes);
        record.add(headBatches(outputs, batch.labels));
      }),
    );
    disposeBatch(batch);
    done += batch.indices.length;
    await onBatch(done);
    await eventLoopTurn();
  }
  return record
    .predictions()
    .map(({ attribute, ...answers }) => ({ name: headName(attribute), ...answers }));
}
