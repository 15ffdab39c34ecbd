// The three passes of the 3x3 convolution on DavidNet's layers, beside ATen's and the FMA peak, by
// processor time.
import { getNumThreads, grad, noGrad, operator, randn, scope, type Tensor } from '@ocelli/torch';
import { type Benchmark, type BenchmarkOptions, type Figure } from './benchmark.ts';

export const conv3x3: Benchmark = {
  name: 'conv3x3',
  measures: "3x3 convolution, all passes of DavidNet's layers, direct-equivalent",
  run: measure,
};

/** Input channels, output channels, pixels a side. */
type Layer = readonly [inputs: number, outputs: number, side: number];

const layers: readonly Layer[] = [
  [64, 128, 32],
  [128, 128, 16],
  [128, 256, 16],
  [256, 512, 8],
  [512, 512, 4],
];

const passes = ['forward', 'data gradient', 'weight gradient'] as const;
type Pass = (typeof passes)[number];

const own = operator('ocelli::conv3x3');
const plain = operator('aten::conv2d');
const peak = operator('ocelli::fma_peak');
type Convolution = (images: Tensor, weight: Tensor) => Tensor;
const convolutions: readonly [Convolution, Convolution] = [
  (images, weight) => own(images, weight),
  (images, weight) => plain(images, weight, undefined, 1, 1),
];

/** Operations of one pass of a direct convolution, and the best seconds of ours and of ATen's. */
interface Sums {
  operations: number;
  seconds: [number, number];
}

function measure({ batchSize = 128, quick, note }: BenchmarkOptions): Figure {
  const total: Sums = { operations: 0, seconds: [0, 0] };
  for (const layer of layers) {
    for (const pass of passes) {
      const fastest = peak(20_000_000) as number;
      const seconds = scope(() => race(layer, pass, { batchSize, rounds: quick ? 2 : 8 }));
      const operations = 18 * batchSize * layer[0] * layer[1] * layer[2] ** 2;
      note(roofline(layer, pass, { rates: rates({ operations, seconds }), fastest }));
      total.operations += operations;
      total.seconds = [total.seconds[0] + seconds[0], total.seconds[1] + seconds[1]];
    }
  }
  const [value, peer] = rates(total);
  return { value, unit: 'GFLOP/s', better: 'higher', peer: { name: 'ATen', value: peer } };
}

function rates({ operations, seconds: [ours, theirs] }: Sums): [number, number] {
  return [operations / ours / 1e9, operations / theirs / 1e9];
}

function roofline(
  [inputs, outputs, side]: Layer,
  pass: Pass,
  { rates: [ours, theirs], fastest }: { rates: readonly [number, number]; fastest: number },
): string {
  const share = `${((100 * ours) / fastest).toFixed(0)} % of the FMA peak (${fastest.toFixed(0)})`;
  const shape = `${inputs} to ${outputs} channels, ${side} px, ${pass}`;
  return `${shape}: ${ours.toFixed(0)} GFLOP/s, ${share}, ATen ${theirs.toFixed(0)}`;
}

/** The best seconds of several rounds in turns, so that whatever disturbs one disturbs the other. */
function race(
  [inputs, outputs, side]: Layer,
  pass: Pass,
  { batchSize, rounds }: { batchSize: number; rounds: number },
): [number, number] {
  const picture = (channels: number): Tensor =>
    randn([batchSize, channels, side, side]).to({ memoryFormat: 'channelsLast' });
  const [images, weight] = [picture(inputs), randn([outputs, inputs, 3, 3])];
  const upstream = picture(outputs);
  const runs = convolutions.map((convolution) => {
    if (pass === 'forward') return () => noGrad(() => convolution(images, weight));
    const leaf = (pass === 'data gradient' ? images : weight).detach().requiresGrad_();
    const output = pass === 'data gradient' ? convolution(leaf, weight) : convolution(images, leaf);
    return () => grad(output, [leaf], { gradOutputs: [upstream], retainGraph: true });
  });
  const best: [number, number] = [Infinity, Infinity];
  for (let round = 0; round < rounds; round++) {
    for (const [index, run] of runs.entries()) best[index] = Math.min(best[index] ?? 0, timed(run));
  }
  return best;
}

/** Processor seconds of a thread, which other programs disturb less than the clock's. */
function timed(run: () => unknown): number {
  const start = process.cpuUsage();
  scope(() => void run());
  const { user, system } = process.cpuUsage(start);
  return (user + system) / 1e6 / getNumThreads();
}
