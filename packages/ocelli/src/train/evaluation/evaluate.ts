import { type Device, noGrad, scope } from '@ocelli/torch';
import { RunningTotals } from '../../metrics/runningTotals.ts';
import { type Metric, metricValues } from '../../metrics/metric.ts';
import {
  type AttributeScores,
  meanOf,
  meanOfThose,
  type MetricScores,
  type Scores,
  scoresOf,
} from '../../metrics/scores.ts';
import { answersOf } from './answers.ts';
import type { AttributeLossOptions } from '../loss/attributeLoss.ts';
import { eventLoopTurn } from './eventLoopTurn.ts';
import type { PictureModel } from '../loss/headBatches.ts';
import { classificationLoss } from '../loss/loss.ts';
import { type HeadReport, PredictionRecord } from './predictionRecord.ts';
import { oneView, type Views } from './views.ts';
import { type Batch, disposeBatch, type EvaluationData } from '../batches/trainingData.ts';

/** What an evaluation needs to know besides model and data. */
export interface EvaluateOptions {
  /** Where the model lies. @default 'cpu' */
  device?: Device;
  /** Called after every batch with the number of samples seen. */
  onBatch?: (done: number) => void | Promise<void>;
  /** Ends the evaluation after the batch in work. */
  signal?: AbortSignal;
  /** Of attributes: what they were trained with, and the factors of their losses in the loss over all. */
  attributes?: Readonly<Record<string, HeadFacts>>;
  /** Which views of a picture its answer is the mean over. @default oneView */
  views?: Views;
  /** Figures of one's own that are measured too. @default [] */
  metrics?: readonly Metric[];
}

type HeadFacts = Pick<AttributeLossOptions, 'loss' | 'lossWeight'>;

/** How a model did: in short, and everything about each head. */
export interface Evaluation extends Scores {
  readonly reports: readonly HeadReport[];
}

/** The loss that is measured, whichever was trained with. */
const crossEntropyLoss = classificationLoss({ reduction: 'sum' });

/**
 * Measures a model on every sample of the data, the last, smaller batch included. The loss is
 * cross-entropy. Missing labels are masked.
 *
 * The model is switched to evaluation and back; no gradients are recorded.
 *
 * @returns nothing if `signal` ended it early.
 */
export async function evaluate(
  model: PictureModel,
  data: EvaluationData,
  options: EvaluateOptions = {},
): Promise<Evaluation | undefined> {
  const { device = 'cpu', onBatch, signal, attributes = {}, metrics = [] } = options;
  const { views = oneView } = options;
  const wasTraining = model.training;
  const totals = new RunningTotals(device);
  const predictions = new PredictionRecord(data.labelNames);
  let done = 0;
  model.eval();
  try {
    for (const batch of data.batches()) {
      addBatch(model, batch, { totals, predictions, attributes, views });
      done += batch.indices.length;
      await onBatch?.(done);
      await eventLoopTurn();
      if (signal?.aborted === true && done < data.sampleCount) return undefined;
    }
    if (done !== data.sampleCount) {
      throw new Error(`internal: evaluated ${done} of ${data.sampleCount} samples`);
    }
    const evaluation = evaluationOf(scoresOf(totals.read()), predictions.reports(), attributes);
    return metrics.length === 0 ? evaluation : withMetrics(evaluation, predictions, metrics);
  } finally {
    totals.dispose();
    model.train(wasTraining);
  }
}

interface Measuring {
  readonly totals: RunningTotals;
  readonly predictions: PredictionRecord;
  readonly attributes: Readonly<Record<string, HeadFacts>>;
  readonly views: Views;
}

function addBatch(model: PictureModel, batch: Batch, measuring: Measuring): void {
  const { totals, predictions, attributes, views } = measuring;
  noGrad(() =>
    scope(() => {
      const outputs = answersOf(views(model, batch.images), attributes);
      const outcome = crossEntropyLoss.compute(outputs, batch.labels);
      totals.add(outcome);
      predictions.add(outcome.heads);
    }),
  );
  disposeBatch(batch);
}

/** The scores with what only the reports know. */
function evaluationOf(
  scores: Scores,
  reports: readonly HeadReport[],
  facts: Measuring['attributes'],
): Evaluation {
  const { attributes } = scores;
  if (attributes === undefined) {
    const { balancedAccuracy = null, majorityBaseline = null } = reports[0] ?? {};
    return { ...scores, balancedAccuracy, majorityBaseline, reports };
  }
  const complete: Record<string, AttributeScores> = { ...attributes };
  for (const { attribute = '', balancedAccuracy, majorityBaseline } of reports) {
    const own = attributes[attribute];
    if (own !== undefined) complete[attribute] = { ...own, balancedAccuracy, majorityBaseline };
  }
  const losses = Object.entries(complete).map(
    ([name, { loss }]) => (loss ?? 0) * (facts[name]?.lossWeight ?? 1),
  );
  return {
    ...scores,
    // Not the mean over batches: it would depend on how missing labels fall into them.
    loss: losses.reduce((total, loss) => total + loss, 0),
    balancedAccuracy: meanOf(Object.values(complete), 'balancedAccuracy'),
    attributes: complete,
    reports,
  };
}

/** The evaluation with figures of one's own, head by head and over all. */
function withMetrics(
  evaluation: Evaluation,
  record: PredictionRecord,
  metrics: readonly Metric[],
): Evaluation {
  const heads = record.finitePredictions().map((answers) => {
    return { name: answers.attribute ?? '', values: metricValues(metrics, answers) };
  });
  const overall = metrics.map(({ name }): [string, number | null] => {
    return [name, meanOfThose(heads.map(({ values }) => values[name] ?? null))];
  });
  const { attributes } = evaluation;
  return {
    ...evaluation,
    metrics: Object.fromEntries(overall),
    ...(attributes && { attributes: withOwn(attributes, heads) }),
  };
}

function withOwn(
  attributes: NonNullable<Scores['attributes']>,
  heads: readonly { readonly name: string; readonly values: MetricScores }[],
): NonNullable<Scores['attributes']> {
  const entries = Object.entries(attributes).map(([name, scores]) => {
    const metrics = heads.find((head) => head.name === name)?.values;
    return [name, metrics ? { ...scores, metrics } : scores];
  });
  return Object.fromEntries(entries) as NonNullable<Scores['attributes']>; // the same names
}
