import { didYouMean, OptionError, optionError } from '@ocelli/torch';
import type { Predictions } from './predictions.ts';

/** A figure of one's own, measured in every evaluation beside loss and accuracy. */
export interface Metric {
  /**
   * What it is called on record and where a figure is named to be watched: a small letter, then letters
   * and digits. The larger the better, unless the name ends in `Loss` or `Error`.
   */
  readonly name: string;
  /**
   * Its value for all pictures that were looked at, of one head at a time; of several heads their mean
   * counts. `null` where there is nothing it could be over.
   */
  readonly compute: (predictions: Predictions) => number | null;
}

/** Names that records have already. */
const taken = [
  'accuracy',
  'balancedAccuracy',
  'loss',
  'allCorrect',
  'correct',
  'count',
  'labelled',
];
const word = /^[a-z][A-Za-z0-9]*$/;

/**
 * Refuses what is no list of metrics, each with a name of its own.
 *
 * @param where who was given them, for the message.
 * @throws {OptionError} if it is none.
 */
export function checkMetrics(where: string, given: unknown): readonly Metric[] {
  if (!Array.isArray(given)) {
    throw optionError(where, 'metrics', 'a list of { name, compute }', given);
  }
  const names = new Set(taken);
  for (const one of given as unknown[]) {
    const { name, compute } = memberOf(where, one);
    if (typeof name !== 'string' || !word.test(name)) {
      throw optionError(where, 'the name of a metric', 'a word such as top2Accuracy', name);
    }
    if (names.has(name)) throw optionError(where, 'the name of a metric', 'a new one', name);
    if (typeof compute !== 'function') {
      throw optionError(where, `compute of ${name}`, 'a function of predictions', compute);
    }
    names.add(name);
  }
  return given as readonly Metric[]; // every member was just checked
}

function memberOf(where: string, one: unknown): Readonly<Record<string, unknown>> {
  if (typeof one !== 'object' || one === null) {
    throw optionError(where, 'a metric', '{ name, compute }', one);
  }
  const known = ['name', 'compute'];
  for (const key of Object.keys(one)) {
    if (known.includes(key)) continue;
    const hint = didYouMean(key, known);
    throw new OptionError(`${where}: unknown option ${key} of a metric.${hint && ` ${hint}`}`);
  }
  return one as Readonly<Record<string, unknown>>;
}

/**
 * The values of some metrics by their names; one that is not finite is `null`.
 *
 * @throws {OptionError} if a metric gives something else than a number or `null`.
 */
export function metricValues(
  metrics: readonly Metric[],
  predictions: Predictions,
): Readonly<Record<string, number | null>> {
  return Object.fromEntries(metrics.map((one) => [one.name, valueOf(one, predictions)]));
}

function valueOf({ name, compute }: Metric, predictions: Predictions): number | null {
  const value: unknown = compute(predictions);
  if (value === null) return null;
  if (typeof value !== 'number') {
    throw optionError(`metric ${name}`, 'its value', 'a number or null', value);
  }
  return Number.isFinite(value) ? value : null;
}
