// What a benchmark is, and how its figure is told.

/** What the command line says about a benchmark. */
export interface BenchmarkOptions {
  /** Pictures in a form that `ocelli train --data` takes; without it a benchmark makes its own. */
  readonly data?: string;
  /** Pictures per step, where steps are taken. */
  readonly batchSize?: number;
  /** Fewer repetitions: enough to see that it works, not to compare figures. */
  readonly quick: boolean;
  /** Says something about the figure that a reader must know; goes to stderr. */
  readonly note: (sentence: string) => void;
}

/** What was measured. */
export interface Figure {
  readonly value: number;
  readonly unit: string;
  readonly better: 'higher' | 'lower';
  /** The same work done by something else, in the same minutes on the same machine. */
  readonly peer?: { readonly name: string; readonly value: number };
}

export interface Benchmark {
  readonly name: string;
  /** What it measures, in a few words. */
  readonly measures: string;
  run(options: BenchmarkOptions): Figure | Promise<Figure>;
}

/** One line of output, for machines. */
export interface Report {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  readonly peer: string | null;
  readonly peerValue: number | null;
  /** How many times better than the peer: above 1 is better, whichever way the unit counts. */
  readonly ratio: number | null;
}

/** Brings a figure into the form that is printed. */
export function reportOf(name: string, figure: Figure): Report {
  const { value, unit, better, peer } = figure;
  const common = { name, value: rounded(value), unit };
  if (peer === undefined) return { ...common, peer: null, peerValue: null, ratio: null };
  const ratio = better === 'higher' ? value / peer.value : peer.value / value;
  return { ...common, peer: peer.name, peerValue: rounded(peer.value), ratio: rounded(ratio) };
}

/** The middle one of several measurements, which a disturbed one does not move. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const upper = sorted[Math.floor(sorted.length / 2)];
  const lower = sorted[Math.ceil(sorted.length / 2) - 1];
  if (upper === undefined || lower === undefined) throw new Error('internal: median of nothing');
  return (upper + lower) / 2;
}

/** How long work takes that ends when it returns. */
export function secondsOf(work: () => void): number {
  const start = performance.now();
  work();
  return (performance.now() - start) / 1000;
}

function rounded(value: number): number {
  return Number(value.toPrecision(4));
}
