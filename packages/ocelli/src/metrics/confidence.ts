import type { Predictions } from './predictions.ts';
import { atTemperature } from './temperature.ts';

/** Answers that are at least this sure are right this often, among the pictures it was measured on. */
export interface PrecisionStep {
  /** Probability of the most likely class, 0 to 1. */
  readonly confidence: number;
  /** Share of right answers among those at least as sure, 0 to 1. */
  readonly precision: number;
}

/**
 * How sure an answer has to be for a precision: steps of falling confidence and falling precision, from
 * the highest precision that can be had. Nothing where no picture has a label.
 *
 * @param temperature at which the probabilities are read; see `fitTemperature`.
 */
export function precisionSteps(predictions: Predictions, temperature = 1): PrecisionStep[] {
  const answers = answersOf(predictions, temperature).sort((a, b) => b.confidence - a.confidence);
  const steps: PrecisionStep[] = [];
  let right = 0;
  for (const [index, { confidence, isRight }] of answers.entries()) {
    right += isRight ? 1 : 0;
    if (answers[index + 1]?.confidence === confidence) continue; // equally sure: in or out together
    const precision = right / (index + 1);
    // What was precise enough before is of no use any more: here are more answers, as precise.
    while ((steps.at(-1)?.precision ?? Infinity) <= precision) steps.pop();
    steps.push({ confidence, precision });
  }
  return steps;
}

/**
 * The confidence from which on answers are as precise as asked for, the lowest there is; above 1, which
 * no answer reaches, where none is.
 */
export function confidenceFor(steps: readonly PrecisionStep[], precision: number): number {
  return steps.findLast((step) => step.precision >= precision)?.confidence ?? Infinity;
}

function answersOf({ labels, probabilities, classes }: Predictions, temperature: number) {
  const width = classes.length;
  return Array.from(labels, (label, row) => {
    const own = atTemperature(probabilities.subarray(row * width, (row + 1) * width), temperature);
    const confidence = own.reduce((a, b) => Math.max(a, b), 0);
    return { label, confidence, isRight: own.indexOf(confidence) === label };
  }).filter(({ label }) => label >= 0);
}
