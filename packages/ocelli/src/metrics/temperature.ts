import type { Predictions } from './predictions.ts';

/** Temperatures that are looked at; a network outside of them is broken rather than badly calibrated. */
const [coolest, hottest] = [0.05, 20];

/** A probability that float32 rounds to 0 still has a logarithm. */
const smallestProbability = 2 ** -126;

/**
 * The temperature T at which `softmax(logits / T)` says the labels are most likely: above 1 for a network
 * that is too sure of itself. The order of the classes stays as it is.
 *
 * @returns `null` where no picture has a label.
 * @see Guo, Pleiss, Sun & Weinberger 2017, https://arxiv.org/abs/1706.04599, 4.2
 */
export function fitTemperature(predictions: Predictions): number | null {
  const rows = logProbabilities(predictions);
  if (rows.length === 0) return null;
  const lossAt = (logT: number): number =>
    rows.reduce((total, row) => total + surprise(row, Math.exp(logT)), 0);
  return Math.exp(lowest(lossAt, Math.log(coolest), Math.log(hottest)));
}

/** Probabilities at another temperature: `pᵏ^(1/T)`, made to add up to 1. */
export function atTemperature(probabilities: Float32Array, temperature: number): Float32Array {
  const powers = probabilities.map(
    (one) => Math.max(one, smallestProbability) ** (1 / temperature),
  );
  const sum = powers.reduce((total, one) => total + one, 0);
  return powers.map((one) => one / sum);
}

/** Predictions as they are at another temperature. */
export function predictionsAt(predictions: Predictions, temperature: number): Predictions {
  const { probabilities, classes } = predictions;
  const cooled = new Float32Array(probabilities.length);
  for (let start = 0; start < cooled.length; start += classes.length) {
    const own = probabilities.subarray(start, start + classes.length);
    cooled.set(atTemperature(own, temperature), start);
  }
  return { ...predictions, probabilities: cooled };
}

/** A labelled picture: the logarithms of its probabilities, and that of its label. */
interface Row {
  readonly logs: Float64Array;
  readonly label: number;
}

function logProbabilities({ labels, probabilities, classes }: Predictions): Row[] {
  const width = classes.length;
  return Array.from(labels, (label, row) => {
    const own = probabilities.subarray(row * width, (row + 1) * width);
    return {
      label,
      logs: Float64Array.from(own, (one) => Math.log(Math.max(one, smallestProbability))),
    };
  }).filter(({ label }) => label >= 0);
}

/** Negative log-likelihood of the label at a temperature. */
function surprise({ logs, label }: Row, temperature: number): number {
  const highest = logs.reduce((a, b) => Math.max(a, b), -Infinity);
  const sum = logs.reduce((total, log) => total + Math.exp((log - highest) / temperature), 0);
  return Math.log(sum) - ((logs[label] ?? 0) - highest) / temperature;
}

/** Golden-section search; the likelihood has one maximum in the temperature. */
function lowest(valueAt: (x: number) => number, from: number, to: number): number {
  const ratio = (Math.sqrt(5) - 1) / 2;
  let [low, high] = [from, to];
  let [a, b] = [high - ratio * (high - low), low + ratio * (high - low)];
  let [atA, atB] = [valueAt(a), valueAt(b)];
  while (high - low > 1e-3) {
    if (atA < atB) {
      [high, b, atB] = [b, a, atA];
      a = high - ratio * (high - low);
      atA = valueAt(a);
    } else {
      [low, a, atA] = [a, b, atB];
      b = low + ratio * (high - low);
      atB = valueAt(b);
    }
  }
  return (low + high) / 2;
}
