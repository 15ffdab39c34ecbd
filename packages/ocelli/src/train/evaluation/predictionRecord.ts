import { headsOf, type LabelledHead, type LabelNames } from '../../data/labelNames.ts';
import {
  type ClassificationReport,
  classificationReport,
} from '../../metrics/classificationReport.ts';
import { type PrecisionStep, precisionSteps } from '../../metrics/confidence.ts';
import type { Predictions } from '../../metrics/predictions.ts';
import { fitTemperature } from '../../metrics/temperature.ts';
import type { HeadBatch } from '../loss/headBatches.ts';

/** Everything measured about one question: an attribute, or the only label. */
export interface HeadReport extends ClassificationReport {
  /** Absent where a picture has one label alone. */
  readonly attribute?: string;
  /** What the logits are best divided by; `null` without any label. See `fitTemperature`. */
  readonly temperature: number | null;
  /** How sure an answer has to be for a precision, at that temperature. */
  readonly precisionSteps: readonly PrecisionStep[];
}

/** What one head said about pictures, and what they are. */
export interface HeadPredictions extends Predictions {
  /** Absent where a picture has one label alone. */
  readonly attribute?: string;
}

/** Collects what a model says about pictures, batch after batch. */
export class PredictionRecord {
  readonly #columns: readonly Column[];

  constructor(names: LabelNames) {
    this.#columns = headsOf(names).map((head) => ({ head, labels: [], probabilities: [] }));
  }

  /** Adds a batch, one entry for each head in order. Waits for the device. */
  add(batch: readonly Pick<HeadBatch, 'logits' | 'labels'>[]): void {
    for (const [index, { labels, probabilities }] of this.#columns.entries()) {
      const head = batch[index];
      if (head === undefined) throw new Error(`internal: no answers of head ${index}`);
      labels.push(Int32Array.from(head.labels.toTypedArray(), Number));
      probabilities.push(Float32Array.from(head.logits.softmax(1).toTypedArray(), Number));
    }
  }

  /** Of every head, in order. */
  predictions(): readonly HeadPredictions[] {
    return this.#columns.map(({ head, labels, probabilities }) => ({
      ...head,
      labels: joined(labels, (length) => new Int32Array(length)),
      probabilities: joined(probabilities, (length) => new Float32Array(length)),
    }));
  }

  /** Of the heads whose logits were all finite, which those of a model that has diverged are not. */
  finitePredictions(): readonly HeadPredictions[] {
    return this.predictions().filter(({ probabilities }) => probabilities.every(Number.isFinite));
  }

  /**
   * Everything that can be measured about them, of every head in order. A head whose logits were not all
   * finite has no report.
   */
  reports(): readonly HeadReport[] {
    return this.finitePredictions().map(({ attribute, ...own }) => {
      const temperature = fitTemperature(own);
      return {
        ...(attribute !== undefined && { attribute }),
        ...classificationReport(own),
        temperature,
        precisionSteps: precisionSteps(own, temperature ?? 1),
      };
    });
  }
}

interface Column {
  readonly head: LabelledHead;
  readonly labels: Int32Array[];
  readonly probabilities: Float32Array[];
}

function joined<Values extends Int32Array | Float32Array>(
  parts: readonly Values[],
  create: (length: number) => Values,
): Values {
  const whole = create(parts.reduce((total, { length }) => total + length, 0));
  let start = 0;
  for (const part of parts) {
    whole.set(part, start);
    start += part.length;
  }
  return whole;
}
