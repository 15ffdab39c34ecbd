// The three passes of the 3x3 convolution on DavidNet's layers and on ResNet's with stride 2, beside ATen's and the FMA peak, by
// processor time.
import { getNumThreads, grad, noGrad, operator, randn, scope, type Tensor } from '@ocelli/torch';
import { type Benchmark, type BenchmarkOptions, type Figure } from './benchmark.ts';

export const conv3x3: Benchmark = {
  name: 'conv3x3',
  measures: "3x3 convolution, all passes of DavidNet's layers, direct-equivalent",
  run: (options) => measure(davidNet, options),
};

export const conv3x3Stride2: Benchmark = {
  name: 'conv3x3-stride2',
  measures: "3x3 convolution with stride 2, all passes of ResNet-18's layers, direct-equivalent",
  run: (options) => measure(resNet18, options),
};

/** Input and output channels, pixels a side of the input, stride. */
type Layer = readonly [inputs: number, outputs: number, side: number, stride: 1 | 2];

const davidNet: readonly Layer[] = [
  [64, 128, 32, 1],
  [128, 128, 16, 1],
  [128, 256, 16, 1],
  [256, 512, 8, 1],
  [512, 512, 4, 1],
];

const resNet18: readonly Layer[] = [
  [64, 128, 32, 2],
  [128, 256, 16, 2],
  [256, 512, 8, 2],
];

const passes = ['forward', 'data gradient', 'weight gradient'] as const;
type Pass = (typeof passes)[number];

const own = operator('ocelli::conv3x3');
const plain = operator('aten::conv2d');
const peak = operator('ocelli::fma_peak');
type Convolution = (images: Tensor, weight: Tensor, stride: number) => Tensor;
const convolutions: readonly [Convolution, Convolution] = [
  (images, weight, stride) => own(images, weight, stride),
  (images, weight, stride) => plain(images, weight, undefined, stride, 1),
];

/** Operations of one pass of a direct convolution, and the best seconds of ours and of ATen's. */
interface Sums {
  operations: number;
  seconds: [number, number];
}

function measure(
  layers: readonly Layer[],
  { batchSize = 128, quick, note }: BenchmarkOptions,
): Figure {
  const total: Sums = { operations: 0, seconds: [0, 0] };
  for (const layer of layers) {
    for (const pass of passes) {
      const fastest = peak(20_000_000) as number;
      const seconds = scope(() => race(layer, pass, { batchSize, rounds: quick ? 2 : 8 }));
      const operations = 18 * batchSize * layer[0] * layer[1] * (layer[2] / layer[3]) ** 2;
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
  [inputs, outputs, side, stride]: Layer,
  pass: Pass,
  { rates: [ours, theirs], fastest }: { rates: readonly [number, number]; fastest: number },
): string {
  const share = `${((100 * ours) / fastest).toFixed(0)} % of the FMA peak (${fastest.toFixed(0)})`;
  const step = stride === 1 ? '' : `, stride ${stride}`;
  const shape = `${inputs} to ${outputs} channels, ${side} px${step}, ${pass}`;
  return `${shape}: ${ours.toFixed(0)} GFLOP/s, ${share}, ATen ${theirs.toFixed(0)}`;
}

/** The best seconds of several rounds in turns, so that whatever disturbs one disturbs the other. */
function race(
  [inputs, outputs, side, stride]: Layer,
  pass: Pass,
  { batchSize, rounds }: { batchSize: number; rounds: number },
): [number, number] {
  const picture = (channels: number, pixels: number): Tensor =>
    randn([batchSize, channels, pixels, pixels]).to({ memoryFormat: 'channelsLast' });
  const [images, weight] = [picture(inputs, side), randn([outputs, inputs, 3, 3])];
  const upstream = picture(outputs, side / stride);
  const runs = convolutions.map((convolution) => {
    if (pass === 'forward') return () => noGrad(() => convolution(images, weight, stride));
    const leaf = (pass === 'data gradient' ? images : weight).detach().requiresGrad_();
    const output =
      pass === 'data gradient'
        ? convolution(leaf, weight, stride)
        : convolution(images, leaf, stride);
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
