// What one call of an operator costs beyond its arithmetic: `add` on 2x2 tensors.
import { ones, type Tensor } from '@ocelli/torch';
import { type Benchmark, type BenchmarkOptions, type Figure, median } from './benchmark.ts';

const rounds = 10;

export const opCall: Benchmark = {
  name: 'op-call',
  measures: 'one call of add on 2x2 tensors, and memory over 10^6 calls',
  run: measure,
};

function measure({ quick, note }: BenchmarkOptions): Figure {
  const callsPerRound = quick ? 10_000 : 100_000;
  const matrix = ones([2, 2]);
  addOften(matrix, callsPerRound);
  const before = process.memoryUsage.rss();
  const seconds = Array.from({ length: rounds }, () => addOften(matrix, callsPerRound));
  const grownMB = (process.memoryUsage.rss() - before) / 1e6;
  note(`resident memory changed by ${grownMB.toFixed(1)} MB over ${rounds * callsPerRound} calls`);
  return { value: (median(seconds) / callsPerRound) * 1e6, unit: 'µs', better: 'lower' };
}

/** @returns seconds. */
function addOften(matrix: Tensor, calls: number): number {
  const start = performance.now();
  for (let call = 0; call < calls; call++) matrix.add(matrix);
  return (performance.now() - start) / 1000;
}
