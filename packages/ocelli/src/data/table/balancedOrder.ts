import { OptionCheck } from '@ocelli/torch';
import { attributeNames, classesOf, MISSING } from '../attributeSchema.ts';
import type { AttributeSchema } from '../attributeSchema.ts';
import { generatorFor, mixSeed, permutation } from '../randomOrder.ts';
import { attributeCounts } from '../attributeCounts.ts';

/** Which classes a sampler evens out, and how far. */
export interface BalanceOptions {
  /** Attributes whose classes are evened out. @default all */
  attributes?: readonly string[];
  /** 0 leaves the shares as they are, 1 asks for equal ones. @default 1 */
  strength?: number;
  /** How often one row may come in an epoch at most. @default 20 */
  mostRepeats?: number;
}

/** A data set's labels, as a sampler sees them. */
export interface LabelledRows {
  readonly schema: AttributeSchema;
  /** `(N, A)` row by row, −1 where a label is missing. */
  readonly labels: Int32Array;
}

/**
 * How often each row should come in an epoch, on average: a weight a row that brings the classes of
 * several attributes towards equal shares at once.
 *
 * Iterative proportional fitting: attribute after attribute, the rows of each class are scaled to the
 * share it should have; a few rounds of that settle where all agree as nearly as the labels allow. Rows
 * without a label for an attribute keep their share in its turn. Weights have mean 1 and none exceeds
 * `mostRepeats`.
 *
 * @throws {OptionError} if an attribute does not exist or a number is outside its range.
 * @see Deming and Stephan 1940, "On a least squares adjustment of a sampled frequency table"
 */
export function balanceWeights(rows: LabelledRows, options: BalanceOptions = {}): Float64Array {
  const { columns, strength, mostRepeats } = checked(rows.schema, options);
  const width = attributeNames(rows.schema).length;
  const count = rows.labels.length / width;
  const weights = new Float64Array(count).fill(1);
  const counts = attributeCounts(rows.schema, rows.labels);
  for (let round = 0; round < ROUNDS; round++) {
    for (const column of columns) {
      const labelled = counts[column]?.counts ?? [];
      fit(weights, rows.labels, { column, width, targets: targetsOf(labelled, strength) });
    }
    limit(weights, mostRepeats);
  }
  return weights;
}

/** More change nothing that a training would notice. */
const ROUNDS = 10;

/**
 * The order of an epoch in which rows come as often as their weights say: a function of its arguments.
 *
 * Every row comes ⌊w⌋ times, and once more with the probability of what is left of its weight; the
 * draws share one random number (systematic sampling), so that an epoch has the length of the data set.
 */
export function balancedOrder(weights: Float64Array, seed: number, epoch: number): Int32Array {
  const offset = generatorFor(mixSeed(seed, epoch, weights.length)).next() / 2 ** 32;
  const order = new Int32Array(Math.round(weights.reduce((sum, weight) => sum + weight, 0)));
  let [reached, next] = [0, 0];
  for (const [row, weight] of weights.entries()) {
    reached += weight;
    while (next < order.length && next + offset < reached) order[next++] = row;
  }
  // A sum of fractions may end below the last place, which is then that of the last row.
  order.fill(
    weights.findLastIndex((weight) => weight > 0),
    next,
  );
  const shuffled = permutation(seed, epoch, order.length);
  return shuffled.map((place) => order[place] ?? 0);
}

/** Between the shares there are and equal ones, on a logarithmic scale; of labelled rows, adding up to 1. */
function targetsOf(counts: readonly number[], strength: number): number[] {
  const powers = counts.map((count) => (count === 0 ? 0 : count ** (1 - strength)));
  const total = powers.reduce((sum, power) => sum + power, 0);
  return powers.map((power) => (total === 0 ? 0 : power / total));
}

interface Margin {
  readonly column: number;
  readonly width: number;
  readonly targets: readonly number[];
}

function fit(weights: Float64Array, labels: Int32Array, { column, width, targets }: Margin): void {
  const sums = targets.map(() => 0);
  let labelled = 0;
  for (let row = 0; row < weights.length; row++) {
    const label = labels[row * width + column] ?? MISSING;
    if (label === MISSING) continue;
    sums[label] = (sums[label] ?? 0) + (weights[row] ?? 0);
    labelled += weights[row] ?? 0;
  }
  const factors = targets.map((target, label) => (target * labelled) / (sums[label] || 1));
  for (let row = 0; row < weights.length; row++) {
    const label = labels[row * width + column] ?? MISSING;
    if (label !== MISSING) weights[row] = (weights[row] ?? 0) * (factors[label] ?? 1);
  }
}

/** Brings the weights to mean 1, none above `most`: what rows at the limit cannot take, the others share. */
function limit(weights: Float64Array, most: number): void {
  let [before, limited] = [-1, cut(weights, most)];
  while (limited !== before) {
    const free = weights.reduce((sum, weight) => (weight < most ? sum + weight : sum), 0);
    const divisor = free / (weights.length - limited * most);
    for (const [row, weight] of weights.entries()) {
      if (weight < most) weights[row] = weight / divisor;
    }
    [before, limited] = [limited, cut(weights, most)];
  }
}

/** @returns how many weights are at the limit. */
function cut(weights: Float64Array, most: number): number {
  let count = 0;
  for (const [row, weight] of weights.entries()) {
    if (weight < most) continue;
    weights[row] = most;
    count++;
  }
  return count;
}

function checked(schema: AttributeSchema, options: BalanceOptions) {
  const check = new OptionCheck('balanceWeights');
  check.read(options, ['attributes', 'strength', 'mostRepeats']);
  const names = attributeNames(schema);
  const chosen = options.attributes ?? names;
  const columns = chosen.map((name) => names.indexOf(check.oneOf('attributes', name, names)));
  return {
    columns: columns.filter((column) => classesOf(schema, names[column] ?? '').length > 1),
    strength: check.number('strength', options.strength ?? 1, [0, 1]),
    mostRepeats: check.number('mostRepeats', options.mostRepeats ?? 20, [1]),
  };
}
